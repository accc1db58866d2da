#!/usr/bin/env node
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { unexplainedConstantsIn } from './constant-comments.mjs';

// `node scripts/testing/check-docs.mjs [folder ...]`: every exported function and class of the engine, and every public
// method and accessor of such a class, has a doc comment that says something; what throws by itself says what; and every
// constant of a module that is made of numbers has a comment that says why. Prints file:line of what has none.

const projectDirectory = fileURLToPath(new URL('../../', import.meta.url));

/**
 * @typedef {object} Undocumented
 * @property {number} line counted from 1
 * @property {string} name as a reader would say it: `FrameQueue.offer`
 */

/**
 * What of a file has no doc comment.
 * @param {string} fileName
 * @param {string} text
 * @returns {Undocumented[]}
 */
export function undocumentedIn(fileName, text) {
  const source = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  /** @type {Undocumented[]} */
  const missing = [];
  /**
   * @param {ts.Node} documented the node that the comment stands before
   * @param {ts.Node} named
   * @param {string} name
   * @param {ts.Node} body
   */
  const demand = (documented, named, name, body = documented) => {
    const { line } = source.getLineAndCharacterOfPosition(named.getStart(source));
    if (!isDocumented(documented)) missing.push({ line: line + 1, name });
    else if (!ts.isClassDeclaration(body) && throwsItself(body) && !saysWhatIsThrown(documented))
      missing.push({ line: line + 1, name: `${name} (@throws)` });
  };
  for (const statement of source.statements) {
    if (!isExported(statement)) continue;
    if (ts.isFunctionDeclaration(statement)) {
      // Of overloads the first one carries the comment.
      if (isLaterOverload(statement, source.statements)) continue;
      demand(statement, statement, statement.name?.text ?? 'default');
    } else if (ts.isClassDeclaration(statement)) {
      const name = statement.name?.text ?? 'default';
      demand(statement, statement, name);
      for (const member of statement.members) {
        if (!isPublicBehaviour(member) || isLaterOverload(member, statement.members)) continue;
        demand(member, member, `${name}.${member.name.getText(source)}`);
      }
    } else if (ts.isVariableStatement(statement)) {
      for (const { name, initializer } of statement.declarationList.declarations) {
        if (initializer !== undefined && isFunction(initializer))
          demand(statement, name, name.getText(source), initializer);
      }
    }
  }
  return [...missing, ...unexplainedConstantsIn(source)].sort((one, other) => one.line - other.line);
}

/** @param {ts.Node} node */
function isFunction(node) {
  return ts.isArrowFunction(node) || ts.isFunctionExpression(node);
}

/** @param {ts.Node} node */
function isExported(node) {
  return ts.canHaveModifiers(node) && hasModifier(node, ts.SyntaxKind.ExportKeyword);
}

/**
 * @param {ts.HasModifiers} node
 * @param {ts.SyntaxKind} kind
 */
function hasModifier(node, kind) {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false;
}

/**
 * Constructors are described by their class, fields by their names. A member that overrides another, of Node or of a
 * base class, means what that one means.
 * @param {ts.ClassElement} member
 * @returns {member is ts.MethodDeclaration | ts.AccessorDeclaration}
 */
function isPublicBehaviour(member) {
  if (!ts.isMethodDeclaration(member) && !ts.isAccessor(member)) return false;
  if (ts.isPrivateIdentifier(member.name)) return false;
  const inherited = [
    ts.SyntaxKind.OverrideKeyword,
    ts.SyntaxKind.PrivateKeyword,
    ts.SyntaxKind.ProtectedKeyword,
  ];
  return !inherited.some((kind) => hasModifier(member, kind));
}

/**
 * Also true of a setter whose getter stands before it.
 * @param {ts.FunctionDeclaration | ts.MethodDeclaration | ts.AccessorDeclaration} node
 * @param {readonly ts.Node[]} siblings
 */
function isLaterOverload(node, siblings) {
  const name = node.name?.getText();
  return siblings.some(
    (other) =>
      other.pos < node.pos &&
      (ts.isFunctionDeclaration(other) || ts.isMethodDeclaration(other) || ts.isAccessor(other)) &&
      other.name?.getText() === name,
  );
}

/** @param {ts.Node} node */
function isDocumented(node) {
  const comments = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comments.some(({ comment }) => (ts.getTextOfJSDocComment(comment) ?? '').trim().length >= 10);
}

/** @param {ts.Node} node */
function saysWhatIsThrown(node) {
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'throws');
}

/**
 * Whether a function makes an error of its own, not in a function within it. What it only hands on is another's to say.
 * @param {ts.Node} node
 * @returns {boolean}
 */
function throwsItself(node) {
  /** @param {ts.Node} child @returns {boolean | undefined} */
  const look = (child) => {
    if (ts.isFunctionLike(child)) return undefined;
    if (
      ts.isThrowStatement(child) &&
      (ts.isNewExpression(child.expression) || ts.isCallExpression(child.expression))
    )
      return true;
    return ts.forEachChild(child, look);
  };
  return ts.forEachChild(node, look) === true;
}

/**
 * @param {readonly string[]} folders
 * @returns {string[]} a line for each thing that has no doc comment
 */
export function undocumented(folders) {
  const files = folders.flatMap((folder) => ts.sys.readDirectory(folder, ['.ts'])).sort();
  return files.flatMap((file) =>
    undocumentedIn(file, ts.sys.readFile(file) ?? '').map(
      ({ line, name }) => `${path.relative(process.cwd(), file)}:${line} ${name}`,
    ),
  );
}

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const folders = process.argv.slice(2);
  const missing = undocumented(folders.length > 0 ? folders : [path.join(projectDirectory, 'src-main')]);
  for (const line of missing) process.stdout.write(`${line}\n`);
  if (missing.length > 0) process.stdout.write(`${missing.length} without a doc comment\n`);
  process.exitCode = missing.length > 0 ? 1 : 0;
}
