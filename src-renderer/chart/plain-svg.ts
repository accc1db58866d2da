/** What the style sheets decide about a drawn element, by names that are attributes of SVG as well. */
const properties = [
  'display',
  'visibility',
  'opacity',
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
] as const;

/** Of the page, and of no meaning outside of it. */
const pageAttributes = ['class', 'style', 'tabindex', 'role'] as const;

/**
 * A drawing of this page as SVG text that looks the same anywhere: what the style sheets say becomes attributes.
 *
 * @param scale pixels of the image per pixel of the page
 */
export function plainSvgOf(drawing: SVGSVGElement, scale: number): string {
  const copy = drawing.cloneNode(true) as SVGSVGElement;
  const [originals, copies] = [elementsOf(drawing), elementsOf(copy)];
  originals.forEach((original, index) => {
    const target = copies[index];
    if (target === undefined) return;
    const style = getComputedStyle(original);
    for (const name of properties) target.setAttribute(name, style.getPropertyValue(name));
    for (const name of pageAttributes) target.removeAttribute(name);
  });
  const { width, height } = drawing.getBoundingClientRect();
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.setAttribute('width', String(width * scale));
  copy.setAttribute('height', String(height * scale));
  return new XMLSerializer().serializeToString(copy);
}

function elementsOf(root: Element): readonly Element[] {
  return [root, ...root.querySelectorAll('*')];
}

/**
 * SVG text as an image that a canvas can draw.
 *
 * @throws Error when it is not well formed
 */
export async function imageOf(svg: string): Promise<HTMLImageElement> {
  const image = new Image();
  // A blob's address would need a wider policy than the strictest host of this window has.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return image;
}
