package detect

import "strings"

// value reads the value that begins at v in a line that ends at b, and gives where the next line begins.
func (r *yamlReader) value(indent, v, e, b int) int {
	s := r.x.s
	for v < e && (s[v] == '&' || s[v] == '!') {
		i := strings.IndexByte(s[v:e], ' ')
		if i < 0 {
			return b + 1 // a mark before a map or a list on the lines below
		}
		for v += i; v < e && s[v] == ' '; v++ {
		}
	}
	switch s[v] {
	case '|', '>':
		if end := strings.TrimLeft(s[v+1:e], "+-0123456789"); end == "" || end[0] == ' ' {
			return r.block(indent, b+1)
		}
	case '"':
		a, z, escaped := quoted(s, v)
		if z >= 0 && (z < e || z-a < longestSecret*8) {
			if after := lineEnd(s, z); blank(s[z+1 : after]) {
				if !escaped && z < e {
					r.leaf(a, z)
				} else {
					r.copied(a, z, fold(unescape, s[a:z]))
				}
				return after + 1
			}
		}
	case '\'':
		if z := strings.IndexByte(s[v+1:e], '\''); z >= 0 {
			z += v + 1
			if blank(s[z+1 : e]) {
				r.leaf(v+1, z)
				return b + 1
			}
			if s[e-1] == '\'' && e-1 > v {
				r.copied(v, e, strings.ReplaceAll(s[v+1:e-1], "''", "'"))
				return b + 1
			}
		}
	case '{', '[':
		if next := r.braces(v, e, b); next > 0 {
			return next
		}
	case '*':
		return b + 1
	}
	if i := strings.Index(s[v:e], " #"); i >= 0 {
		for e = v + i; e > v && space(s[e-1]); e-- {
		}
	}
	r.leaf(v, e)
	return b + 1
}

// blank tells whether nothing but a comment stands behind a value.
func blank(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || s[0] == '#'
}

// fold joins the lines of a quoted string.
func fold(unescape func(string) string, s string) string {
	if strings.IndexByte(s, '\n') < 0 {
		return unescape(s)
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return unescape(strings.Join(lines, " "))
}

// leaf looks at a value that stands in the text as it is.
func (r *yamlReader) leaf(a, b int) {
	top := &r.frames[len(r.frames)-1]
	s := r.x.s
	if in := r.declares(); in != "" {
		r.l.declared(top.key, s[a:b], in == "data")
		return
	}
	if top.list {
		if b-a > 1 && (top.named || r.x.any(a, b) || top.args.waits(s[a:b]) || !r.l.decoded && coded(s[a:b])) {
			top.args.next(r.l, s[a:b])
		}
		return
	}
	switch siblingOf(top.key) {
	case nameSibling:
		top.name = s[a:b]
	case valueSibling:
		top.valueKey, top.value = top.key, s[a:b]
		return
	}
	if top.key == "kind" && len(r.frames) == 2 && sealedKind(s[a:b]) {
		r.l.quiet++ // until the document ends
	}
	r.l.leaf(top.key, top.named, r.x, a, b)
}

// declares tells in which field of a Secret that is written down a value stands, if it does.
func (r *yamlReader) declares() string {
	if !r.manifest || len(r.frames) != 3 || r.frames[2].list {
		return ""
	}
	if in := r.frames[1].key; in == "data" || in == "stringData" {
		return in
	}
	return ""
}

// copied looks at a value that stands in the text from a to b and was written anew.
func (r *yamlReader) copied(a, b int, v string) {
	top := &r.frames[len(r.frames)-1]
	if in := r.declares(); in != "" {
		r.l.declared(top.key, v, in == "data")
		return
	}
	if siblingOf(top.key) == valueSibling && !top.list {
		top.valueKey, top.value = top.key, v
		return
	}
	if !top.named && !r.x.any(a, b) && (r.l.decoded || !encoded(r.x.s[a:b])) && !top.list {
		return
	}
	if top.list {
		top.args.next(r.l, v)
		return
	}
	r.l.value(top.key, v)
}

// block reads the lines of a block, which are deeper than its key, and gives where the next line begins.
func (r *yamlReader) block(indent, from int) int {
	s := r.x.s
	depth, a := 0, from
	for a < len(s) {
		b := lineEnd(s, a)
		c := a
		for c < b && s[c] == ' ' {
			c++
		}
		if c < b && s[c] != '\r' {
			if c-a <= indent {
				break
			}
			if depth == 0 {
				depth = c - a
			}
		}
		a = b + 1
	}
	a = min(a, len(s))
	if from >= a {
		return from
	}
	top := &r.frames[len(r.frames)-1]
	if !top.named && !r.x.any(from, a) && !r.manifest && siblingOf(top.key) == noSibling && (r.l.decoded || !encoded(s[from:a])) {
		return a
	}
	plain := make([]byte, 0, a-from)
	for i := from; i < a; {
		b := min(lineEnd(s, i)+1, a)
		c := i
		for c < b && c-i < depth && s[c] == ' ' {
			c++
		}
		plain = append(plain, s[c:b]...)
		i = b
	}
	r.copied(from, a, strings.TrimRight(string(plain), "\n"))
	return a
}

// braces reads a map or list in braces, over several lines if need be. It gives where the next line begins, or 0 if it is none.
func (r *yamlReader) braces(v, e, b int) int {
	l, s := r.l, r.x.s
	top := &r.frames[len(r.frames)-1]
	if v < r.flow || strings.HasPrefix(s[v:e], "{{") {
		return 0
	}
	if last := s[e-1]; (last == '}' || last == ']') && !top.named && !r.x.any(v, e) && (l.decoded || !encoded(s[v:e])) && strings.Count(s[v:e], s[v:v+1]) == 1 {
		return b + 1
	}
	found, seen, over, steps, quiet := len(l.found), l.seen, l.over, len(l.steps), l.quiet
	j := jsonReader{l: l, x: r.x, i: v, loose: true}
	if j.value(top.key, top.named, nil) {
		if after := lineEnd(s, j.i); blank(s[j.i:after]) {
			return after + 1
		}
	}
	l.found, l.seen, l.over, l.steps, l.quiet = l.found[:found], seen, over, l.steps[:steps], quiet
	r.flow = j.i
	return 0
}
