import { useEffect, useRef } from 'react';
import { takeOrderLabels, takeOrders } from '../../derive/take-list.js';
import { useModel, useTakes } from '../../model/model-context.js';

/** What the list of takes shows, and in which order. */
export function TakeSearch(): React.JSX.Element {
  const { takes } = useModel();
  const query = useTakes((state) => state.query);
  const order = useTakes((state) => state.order);
  const asked = useTakes((state) => state.searchAsked);
  const field = useRef<HTMLInputElement>(null);
  const answered = useRef(asked);
  useEffect(() => {
    if (asked === answered.current) return;
    answered.current = asked;
    field.current?.focus();
  }, [asked]);
  return (
    <div className="take-search" role="search">
      <input
        ref={field}
        type="search"
        className="field__input"
        aria-label="Search takes"
        placeholder="Search title, note, room, participant"
        value={query}
        onChange={(event) => takes.search(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || query === '') return;
          event.preventDefault();
          takes.search('');
        }}
      />
      <select
        className="field__input field__input--select"
        aria-label="Order of the takes"
        value={order}
        onChange={(event) => {
          const chosen = takeOrders.find((one) => one === event.target.value);
          if (chosen !== undefined) takes.sort(chosen);
        }}
      >
        {takeOrders.map((one) => (
          <option key={one} value={one}>
            {takeOrderLabels[one]}
          </option>
        ))}
      </select>
    </div>
  );
}
