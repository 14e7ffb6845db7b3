package policy

import "strconv"

// reader makes a policy and takes down what is wrong with the object.
type reader struct{ p *Policy }

// invalid notes what the API forbids.
func (r *reader) invalid(path, value, text string) {
	r.p.Problems = append(r.p.Problems, Problem{Path: path, Value: value, Text: text, Invalid: true})
}

// odd notes what the API allows, but hardly anybody means.
func (r *reader) odd(path, value, text string) {
	r.p.Problems = append(r.p.Problems, Problem{Path: path, Value: value, Text: text})
}

// unread notes what the API forbids and gives no meaning, so that the policy as a whole cannot be read.
func (r *reader) unread(path, value, text string) {
	r.invalid(path, value, text)
	r.lose(path, text)
}

// lose makes the policy one that cannot be read. The first reason stays.
func (r *reader) lose(path, text string) {
	if r.p.Unread == "" {
		r.p.Unread = path + ": " + text
	}
}

// item is the path of an item of a list.
func item(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }
