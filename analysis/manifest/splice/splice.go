// Package splice changes YAML and JSON that people wrote by hand, and leaves alone what it does not change: comments, order,
// indentation, blank lines, line ends, quotes, anchors, markers and every other document stay byte for byte.
//
// The text is never written anew. The tree that a document holds is compared with the one that is wanted, and only where they
// differ the text is cut and spliced:
//
//   - A value keeps its kind of quotes where the new one allows that, and its comment.
//   - A new key goes to its place where the keys of its map are sorted, else to the end. It takes the indentation and the quotes of
//     its neighbours.
//   - A key or item that goes takes with it the comment lines directly above it, at the same indentation, and those behind it that
//     are indented deeper; a comment after a blank line stays. Where it stood between blank lines, one gap of them stays.
//   - Items of lists are told apart by metadata.name or name where these are unique, else by what they hold. An item that moves takes
//     its text along.
//   - An alias whose value is to differ from its anchor's is written out in its place, and so is a merge key that brings what is not
//     wanted. An alias never makes a change elsewhere.
//
// Values are read by the rules of kubectl, which are those of YAML 1.1: yes and off are booleans, 0644 is octal.
package splice

import (
	"fmt"
	"maps"
	"slices"
)

// Rewrite gives the text with one document changed so that it decodes to want: maps, lists, texts, numbers, booleans and nil, or
// whatever encoding/json makes such of. A field that is null differs from one that is missing.
//
// Documents count from 0. Only those count that hold something besides comments, directives and markers, as in Documents.
//
// The result is checked: the document decodes to want, and all others are byte for byte what they were. Otherwise there is an error,
// of type *Error where it has a line, and nothing is given.
func Rewrite(src []byte, doc int, want any) ([]byte, error) {
	f, err := Open(src)
	if err != nil {
		return nil, err
	}
	return f.Rewrite(map[int]any{doc: want})
}

// Remove gives the text without one document, its marker, and the comments directly above it. Comments above the marker, and those
// above a blank line where there is no marker, stay: they are the file's.
func Remove(src []byte, doc int) ([]byte, error) {
	f, err := Open(src)
	if err != nil {
		return nil, err
	}
	return f.Remove(doc)
}

// Append gives the text with documents added behind it, in the line ends of the text. To JSON only JSON is added.
func Append(src, text []byte) ([]byte, error) {
	f, err := Open(src)
	if err != nil {
		return nil, err
	}
	return f.Append(text)
}

// Decode gives what a document holds: map[string]any, []any, string, bool, int64, float64, nil, and
// json.Number for an integer that int64 does not hold. It is what Rewrite compares
// with, so that a caller who changes it and gives it back changes nothing else.
func Decode(src []byte, doc int) (any, error) {
	f, err := Open(src)
	if err != nil {
		return nil, err
	}
	return f.Decode(doc)
}

// Documents lists the documents of a text.
func Documents(src []byte) ([]Document, error) {
	f, err := Open(src)
	if err != nil {
		return nil, err
	}
	return f.Documents(), nil
}

// Rewrite changes several documents at once. See the function of that name.
func (f *File) Rewrite(want map[int]any) ([]byte, error) {
	out := make([]byte, 0, len(f.src)+1024)
	from := 0
	for _, i := range slices.Sorted(maps.Keys(want)) {
		region, err := f.region(i)
		if err != nil {
			return nil, err
		}
		to, err := fromAny(want[i])
		if err != nil {
			return nil, &Error{Line: f.line(region.content), Reason: "what is wanted cannot be written: " + err.Error(), Err: err}
		}
		text, err := f.rewrite(region, to)
		if err != nil {
			return nil, err
		}
		out = append(out, f.src[from:region.start]...)
		out = append(out, text...)
		from = region.end
	}
	out = append(out, f.src[from:]...)
	if err := f.sameBut(out, func(i int) bool { _, ok := want[i]; return ok }); err != nil {
		return nil, err
	}
	return out, nil
}

// rewrite gives the text of one document.
func (f *File) rewrite(r region, want *value) ([]byte, error) {
	text := f.src[r.start:r.end]
	tree, err := f.tree(r)
	if err != nil {
		return nil, err
	}
	if equal(tree.root.val, want) {
		return text, nil
	}
	if at := oddBreak(text); at >= 0 && !tree.json {
		return nil, f.place(r, flawAt(at, "a line ends with a break that is neither LF nor CRLF: convert the text first"))
	}
	out, err := f.attempt(r, tree, want)
	if err == nil || tree.whole {
		return out, err
	}
	// A block scalar that ends with the text lacks its last line break; in front of something else it has one.
	padded := append(slices.Clone(text), tree.eol...)
	again, second := parse(padded)
	if second != nil {
		return nil, err
	}
	if out, second = f.attempt(r, again, want); second != nil {
		return nil, err
	}
	if short, _ := trimEOL(out); reads(short, want) == nil {
		return short, nil
	}
	return out, nil
}

// attempt edits a document and reads the outcome back. A block scalar takes lines for its own that hold nothing but space; where that
// has happened, a second attempt is made that leaves none behind it.
func (f *File) attempt(r region, tree *tree, want *value) ([]byte, error) {
	out, err := f.edit(r, tree, want, false)
	if err == nil {
		return out, nil
	}
	if again, second := f.edit(r, tree, want, true); second == nil {
		return again, nil
	}
	return nil, err
}

func (f *File) edit(r region, tree *tree, want *value, careful bool) ([]byte, error) {
	e := newEditor(tree)
	e.careful = careful
	if err := e.root(tree.root, want); err != nil {
		return nil, f.place(r, err)
	}
	out, err := e.apply()
	if err != nil {
		return nil, f.place(r, err)
	}
	candidates := [][]byte{out}
	if !tree.whole {
		if short, ok := trimEOL(out); ok {
			candidates = [][]byte{short, out}
		}
	}
	for _, c := range candidates {
		if err = reads(c, want); err == nil {
			return c, nil
		}
	}
	return nil, &Error{Line: f.line(r.start + e.first()), Reason: "this part of the document cannot be changed in its place: " + err.Error(), Err: err}
}

// reads tells whether a text is one document that holds just what is wanted.
func reads(text []byte, want *value) error {
	if n := len(split(text)); n != 1 {
		return fmt.Errorf("it would become %d documents", n)
	}
	now, err := parse(text)
	if err != nil {
		return err
	}
	if !equal(now.root.val, want) {
		return fmt.Errorf("it would not read back as what was wanted")
	}
	return nil
}

// sameBut checks that a text holds the same documents, but for those that were to change.
func (f *File) sameBut(out []byte, changed func(int) bool) error {
	now, err := Open(out)
	if err != nil {
		return err
	}
	if len(now.regions) != len(f.regions) {
		return fmt.Errorf("the text would hold %d documents in place of %d", len(now.regions), len(f.regions))
	}
	for i, r := range f.regions {
		if !changed(i) && string(f.src[r.start:r.end]) != string(now.src[now.regions[i].start:now.regions[i].end]) {
			return &Error{Line: f.line(r.content), Reason: "another document would change"}
		}
	}
	return nil
}
