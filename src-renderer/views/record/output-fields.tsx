import { useState } from 'react';
import {
  maxFilesLimits,
  memoryCeilingLimits,
  splitMinutesLimits,
} from '../../../src-main/contract/limits.js';
import type { Settings } from '../../../src-main/contract/settings.js';
import { Field } from '../../controls/field.js';

// The fields of the output settings that are entered, and take effect when they are left.

interface FolderFieldProps {
  readonly folder: string;
  readonly isReadOnly: boolean;
  readonly onCommit: (folder: string) => void;
}

/** Where takes are made. */
export function FolderField({ folder, isReadOnly, onCommit }: FolderFieldProps): React.JSX.Element {
  const [text, setText] = useState(folder);
  const isEmpty = text.trim() === '';
  return (
    <Field
      label="Output folder"
      value={text}
      isReadOnly={isReadOnly}
      problem={isEmpty ? 'Enter a folder.' : null}
      onChange={setText}
      onLeave={() => {
        if (isEmpty) setText(folder);
        else if (text.trim() !== folder) onCommit(text.trim());
      }}
    />
  );
}

type FurtherFolderProps = FolderFieldProps & { readonly outputFolder: string };

/** Where a take goes on when its disk fails. */
export function FallbackField(props: FurtherFolderProps): React.JSX.Element {
  return (
    <FurtherFolderField
      {...props}
      name="fallbackFolder"
      label="Go on here when the disk fails"
      placeholder="Nowhere: the take ends"
      hint="A folder on another disk. The take goes on there in its next part."
    />
  );
}

/** Where a second copy of each take is made. */
export function BackupField(props: FurtherFolderProps): React.JSX.Element {
  return (
    <FurtherFolderField
      {...props}
      name="backupFolder"
      label="Second copy of each take"
      placeholder="None"
      hint="A folder on another disk. It gets every file while it is recorded, and is compared with the take at the end."
    />
  );
}

interface FurtherFolderFieldProps extends FurtherFolderProps {
  readonly name: keyof Settings;
  readonly label: string;
  /** What holds when nothing is entered. */
  readonly placeholder: string;
  readonly hint: string;
}

/** Empty for none. */
function FurtherFolderField(props: FurtherFolderFieldProps): React.JSX.Element {
  const { folder, onCommit, outputFolder, ...field } = props;
  const [text, setText] = useState(folder);
  const isSame = text.trim() === outputFolder;
  return (
    <Field
      {...field}
      value={text}
      isOptional
      problem={isSame ? 'That is the output folder. Enter one on another disk.' : null}
      onChange={setText}
      onLeave={() => {
        if (!isSame && text.trim() !== folder) onCommit(text.trim());
      }}
    />
  );
}

/** May be changed while a take runs: that is when somebody finds that it is needed. */
export const ceilingField = {
  name: 'memoryCeilingMegabytes',
  label: 'Memory ceiling (MB)',
  placeholder: 'None',
  hint: 'Video quality is reduced before the limit is reached; audio is never touched. Takes effect at once.',
  min: memoryCeilingLimits.minMegabytes,
  max: memoryCeilingLimits.maxMegabytes,
} as const;

/** How long each part of a take is. */
export const splitField = {
  name: 'splitEveryMinutes',
  label: 'New files every (minutes)',
  placeholder: 'Never',
  hint: 'The take goes on in its next part, and no frame is lost there. While it runs you can split it at any moment.',
  ...splitMinutesLimits,
} as const;

/** How many people are recorded at most. */
export const maxFilesField = {
  name: 'maxFiles',
  label: 'Files at once',
  placeholder: 'Automatic',
  hint: 'Automatic: as many as the memory and the cores of the recording machine carry. Whoever is beyond that is named, and not recorded.',
  ...maxFilesLimits,
} as const;

interface NumberFieldProps {
  readonly name: string;
  readonly label: string;
  /** What holds when nothing is entered. */
  readonly placeholder: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly value: number | null;
  readonly isReadOnly: boolean;
  readonly onCommit: (value: number | null) => void;
}

/** A whole number, or nothing. */
export function NumberField({
  value: known,
  min,
  max,
  onCommit,
  ...field
}: NumberFieldProps): React.JSX.Element {
  const [text, setText] = useState(known === null ? '' : String(known));
  const value = text.trim() === '' ? null : Number(text);
  const isValid = value === null || (Number.isInteger(value) && value >= min && value <= max);
  return (
    <Field
      {...field}
      value={text}
      isOptional
      problem={isValid ? null : `Enter a whole number from ${min} to ${max}, or leave it empty.`}
      onChange={setText}
      onLeave={() => {
        if (isValid && value !== known) onCommit(value);
      }}
    />
  );
}
