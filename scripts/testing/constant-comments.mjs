import ts from 'typescript';

/**
 * What is so by definition, by name and value: a comment could only say it again. Everything else was chosen by somebody,
 * and its comment says what for, in which unit, and why so.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const definitions = {
  // Units of bytes and of time.
  mebibyte: ['1024 * 1024'],
  megabyte: ['1e6', '1_000_000'],
  bytesPerMegabyte: ['1_000_000'],
  minuteMs: ['60_000'],
  unitMs: ['{ h: 3_600_000, m: 60_000, s: 1_000 }'],
  // One sample of each channel, as `pcmFormat` has it.
  sampleBytes: ['pcmFormat.channels * pcmFormat.bytesPerSample'],
};

/**
 * Constants of a module that are numbers, or made of numbers, and that no comment explains. A comment stands directly
 * above, or behind on the same line. One comment may serve several constants that follow each other without a blank line.
 * @param {ts.SourceFile} source
 * @returns {{ line: number, name: string }[]} the line counted from 1
 */
export function unexplainedConstantsIn(source) {
  /** @type {{ line: number, name: string }[]} */
  const missing = [];
  /** Where the last explained constant ended. @type {number | undefined} */
  let explainedToLine;
  for (const statement of source.statements) {
    const names = numericNamesOf(statement);
    if (names.length === 0) continue;
    const firstLine = lineOf(source, statement.getStart(source));
    const isExplained = hasComment(source, statement) || explainedToLine === firstLine - 1;
    if (isExplained) explainedToLine = lineOf(source, statement.end);
    else if (!areDefinitions(statement))
      missing.push(...names.map((name) => ({ line: firstLine + 1, name: `${name} (why this number)` })));
  }
  return missing;
}

/**
 * @param {ts.Statement} statement
 * @returns {string[]}
 */
function numericNamesOf(statement) {
  if (!ts.isVariableStatement(statement) || (statement.declarationList.flags & ts.NodeFlags.Const) === 0)
    return [];
  return statement.declarationList.declarations
    .filter(({ initializer }) => initializer !== undefined && holdsNumbers(initializer))
    .map(({ name }) => name.getText());
}

/**
 * Whether a value is a number, or a list, set, map or record with a number in it. Zeros in a record are where counting
 * begins, and nobody's choice.
 * @param {ts.Expression} value
 * @returns {boolean}
 */
function holdsNumbers(value) {
  const bare = bareOf(value);
  if (isNumber(bare)) return true;
  if (ts.isArrayLiteralExpression(bare)) return bare.elements.some(holdsNumbers);
  if (ts.isObjectLiteralExpression(bare)) {
    const values = bare.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer);
    return values.some((each) => each.getText() !== '0' && holdsNumbers(each));
  }
  // `new Set([1, 2])`, `Object.freeze({ a: 1 })`, `Buffer.from([1])`
  const isContainer =
    ts.isNewExpression(bare) || isCallOf(bare, ['Object.freeze', 'Buffer.from', 'Uint8Array.from']);
  return isContainer && (bare.arguments ?? []).some(holdsNumbers);
}

/**
 * A value without parentheses, `as const` and `satisfies`.
 * @param {ts.Expression} value
 * @returns {ts.Expression}
 */
function bareOf(value) {
  const isWrapped =
    ts.isParenthesizedExpression(value) || ts.isAsExpression(value) || ts.isSatisfiesExpression(value);
  return isWrapped ? bareOf(value.expression) : value;
}

const arithmetic = new Set([
  ts.SyntaxKind.PlusToken,
  ts.SyntaxKind.MinusToken,
  ts.SyntaxKind.AsteriskToken,
  ts.SyntaxKind.AsteriskAsteriskToken,
  ts.SyntaxKind.SlashToken,
  ts.SyntaxKind.PercentToken,
  ts.SyntaxKind.LessThanLessThanToken,
]);

/** A literal, or what is reckoned of literals and other constants. @param {ts.Expression} value @returns {boolean} */
function isNumber(value) {
  const bare = bareOf(value);
  if (ts.isNumericLiteral(bare) || ts.isBigIntLiteral(bare)) return true;
  if (ts.isPrefixUnaryExpression(bare)) return isNumber(bare.operand);
  if (ts.isConditionalExpression(bare)) return isNumber(bare.whenTrue) || isNumber(bare.whenFalse);
  if (ts.isBinaryExpression(bare) && arithmetic.has(bare.operatorToken.kind)) {
    const sides = [bare.left, bare.right];
    // A sum of names alone may be one of texts.
    if (bare.operatorToken.kind === ts.SyntaxKind.PlusToken)
      return sides.some(isNumber) && sides.every((side) => isNumber(side) || isConstant(side));
    return sides.every((side) => isNumber(side) || isConstant(side));
  }
  return (
    isCallOf(bare, ['BigInt', 'Number', 'Math.*']) &&
    bare.arguments.every((each) => isNumber(each) || isConstant(each))
  );
}

/** A name, or a name of something. @param {ts.Expression} value */
function isConstant(value) {
  const bare = bareOf(value);
  return ts.isIdentifier(bare) || ts.isPropertyAccessExpression(bare);
}

/**
 * @param {ts.Expression} value
 * @param {readonly string[]} callees
 * @returns {value is ts.CallExpression}
 */
function isCallOf(value, callees) {
  if (!ts.isCallExpression(value)) return false;
  const callee = value.expression.getText();
  return callees.includes(callee) || callees.includes(callee.replace(/\.\w+$/, '.*'));
}

/** @param {ts.Statement} statement */
function areDefinitions(statement) {
  if (!ts.isVariableStatement(statement)) return false;
  return statement.declarationList.declarations.every(({ initializer, name }) =>
    definitions[name.getText()]?.includes(initializer?.getText() ?? ''),
  );
}

/**
 * @param {ts.SourceFile} source
 * @param {ts.Statement} statement
 */
function hasComment(source, statement) {
  const start = statement.getStart(source);
  const above = ts.getLeadingCommentRanges(source.text, statement.pos) ?? [];
  const behind = ts.getTrailingCommentRanges(source.text, statement.end) ?? [];
  const isDirectlyAbove = (/** @type {ts.CommentRange} */ { end }) =>
    lineOf(source, end) >= lineOf(source, start) - 1;
  const isSaid = (/** @type {ts.CommentRange} */ range) =>
    saysSomething(source.text.slice(range.pos, range.end));
  const last = above.at(-1);
  return (last !== undefined && isDirectlyAbove(last) && above.some(isSaid)) || behind.some(isSaid);
}

/** Words for a reader, not for a tool. @param {string} comment */
function saysSomething(comment) {
  const words = comment.replace(/^\/[/*]+|\*+\/$/g, '').trim();
  return words.length >= 10 && !/^(eslint|prettier|@ts|c8|v8|istanbul)-/.test(words);
}

/**
 * @param {ts.SourceFile} source
 * @param {number} position
 */
function lineOf(source, position) {
  return source.getLineAndCharacterOfPosition(position).line;
}
