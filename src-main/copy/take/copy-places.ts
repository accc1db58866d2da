import type { DiskLanes } from '../../storage/disk-lanes.js';
import type { SpaceReserve } from '../../storage/space-reserve.js';
import type { TakeFolder } from '../../storage/take-folder.js';

/** A folder in which files of a copied take are, and what its disk is asked through. */
export interface CopyPlace {
  readonly folder: TakeFolder;
  readonly lanes: DiskLanes;
  /** Space that is given free when the disk is full. */
  readonly reserve?: Pick<SpaceReserve, 'release'> | undefined;
}

/** Where the files of each part of a take are: in one folder, and in another one from the part on in which it goes on there. */
export class CopyPlaces {
  readonly #all: [CopyPlace, ...CopyPlace[]];
  readonly #from: number[] = [1];

  constructor(first: CopyPlace) {
    this.#all = [first];
  }

  /** The take goes on there. @param fromPart the first of its parts */
  add(place: CopyPlace, fromPart: number): void {
    this.#all.push(place);
    this.#from.push(fromPart);
  }

  /** Where the files of a part are. */
  of(part: number): CopyPlace {
    return this.#all[this.#from.findLastIndex((from) => from <= part)] ?? this.#all[0];
  }
}
