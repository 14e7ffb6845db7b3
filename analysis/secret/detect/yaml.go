package detect

import "strings"

// yamlReader walks YAML line by line, in place. It knows indentation, keys, lists, strings and blocks, which is what says where a value
// stands; a line that it cannot make out (templates, documents that are no YAML) is looked at as a line of any text.
type yamlReader struct {
	l      *look
	x      *text
	frames []yamlFrame
	// steps and quiet are those of the look outside.
	steps, quiet int
	// flow is the place before which no value in braces is read over several lines: that was tried, and failed there.
	flow int
	n    int
	// secrets tells that some document may be a Secret, manifest that this one is.
	secrets, manifest bool
}

// yamlFrame is one map or list that is open, and has one step of the path.
type yamlFrame struct {
	indent int
	list   bool
	key    string
	named  bool
	quiet  bool
	args   argv
	// name and value are those of siblings.
	name, valueKey, value string
}

func (l *look) yaml(name string, x *text) {
	l.encoding = append(l.encoding, "yaml")
	r := yamlReader{l: l, x: x, steps: len(l.steps), quiet: l.quiet}
	r.frames = append(r.frames, yamlFrame{indent: -1, key: name, named: nameOf(name).kind != none})
	r.read()
	r.closeTo(0, false)
	l.steps, l.quiet = l.steps[:r.steps], r.quiet
	l.encoding = l.encoding[:len(l.encoding)-1]
}

func (r *yamlReader) read() {
	s := r.x.s
	r.secrets = strings.Contains(s, "Secret")
	r.manifest = r.secrets && manifestOf(s)
	for a := 0; a < len(s); {
		b := lineEnd(s, a)
		r.n++
		c := a
		for c < b && s[c] == ' ' {
			c++
		}
		e := b
		for e > c && space(s[e-1]) {
			e--
		}
		switch {
		case c == e:
			a = b + 1
		case s[c] == '#':
			if r.x.any(c, e) {
				r.line(c, e, true)
			}
			a = b + 1
		case c == a && (documentMark(s[c:e]) || s[c:e] == "..."):
			r.closeTo(0, false)
			r.l.quiet = r.quiet
			a = b + 1
			r.manifest = r.secrets && manifestOf(s[min(a, len(s)):])
			for c = min(c+3, e); c < e && s[c] == ' '; c++ {
			}
			if c < e && s[c] != '#' {
				a = r.content(0, c, e, b)
			}
		default:
			next := r.content(c-a, c, e, b)
			r.n += strings.Count(s[min(b+1, len(s)):min(next, len(s))], "\n")
			a = next
		}
	}
}

// documentMark tells of a line that begins a document. A line of a key in PEM begins with dashes too.
func documentMark(line string) bool {
	return line == "---" || strings.HasPrefix(line, "--- ") || strings.HasPrefix(line, "---\r")
}

func lineEnd(s string, a int) int {
	if i := strings.IndexByte(s[a:], '\n'); i >= 0 {
		return a + i
	}
	return len(s)
}

// closeTo ends what is deeper than an indentation; at the same one, lists end where a key comes.
func (r *yamlReader) closeTo(indent int, item bool) {
	for n := len(r.frames) - 1; n > 0; n-- {
		f := &r.frames[n]
		if f.indent < indent || f.indent == indent && (item || !f.list) {
			return
		}
		r.end(f)
		r.frames = r.frames[:n]
		r.l.pop()
	}
}

// end looks at what waited for its sibling.
func (r *yamlReader) end(f *yamlFrame) {
	if f.quiet {
		f.quiet = false
		r.l.quiet--
	}
	if f.valueKey != "" {
		name := f.name
		if name == "" {
			name = r.parent()
		}
		r.l.steps[len(r.l.steps)-1].key = f.valueKey
		r.l.value(name, f.value)
	}
	f.name, f.valueKey, f.value = "", "", ""
}

// parent gives the key that the innermost map stands under.
func (r *yamlReader) parent() string {
	for n := len(r.frames) - 2; n >= 0; n-- {
		if !r.frames[n].list {
			return r.frames[n].key
		}
	}
	return ""
}

// content reads a line from c to e, which ends at b, and gives where the next one begins.
func (r *yamlReader) content(indent, c, e, b int) int {
	s := r.x.s
	for s[c] == '-' && (c+1 == e || s[c+1] == ' ') {
		r.closeTo(indent, true)
		top := &r.frames[len(r.frames)-1]
		if !top.list || top.indent < indent {
			name := top.key
			r.frames = append(r.frames, yamlFrame{indent: indent, list: true, key: name, named: top.named, args: argv{name: name, items: true}})
			r.l.push(step{kind: anItem})
		} else {
			r.l.steps[len(r.l.steps)-1].n++
		}
		from := c
		for c++; c < e && s[c] == ' '; c++ {
		}
		if c >= e {
			return b + 1
		}
		indent += c - from
		if len(r.frames) > levels {
			return b + 1
		}
	}
	if k0, k1, v, ok := yamlKey(s, c, e); ok {
		r.key(indent, k0, k1)
		if v == e || s[v] == '#' {
			return b + 1
		}
		return r.value(indent, v, e, b)
	}
	top := &r.frames[len(r.frames)-1]
	if top.list && top.indent < indent {
		return r.value(top.indent, c, e, b)
	}
	if (s[c] == '{' || s[c] == '[') && len(r.frames) == 1 {
		return r.value(indent, c, e, b)
	}
	r.line(c, e, false)
	return b + 1
}

// yamlKey gives the key of a line and where its value begins.
func yamlKey(s string, c, e int) (k0, k1, v int, ok bool) {
	i := c
	switch q := s[c]; q {
	case '"', '\'':
		j := strings.IndexByte(s[c+1:e], q)
		if j < 0 {
			return 0, 0, 0, false
		}
		k0, k1 = c+1, c+1+j
		i = k1 + 1
		if i >= e || s[i] != ':' {
			return 0, 0, 0, false
		}
	case '{', '[', '|', '>', '%', '`', '&', '*', '!':
		return 0, 0, 0, false
	default:
		for {
			j := strings.IndexByte(s[i:e], ':')
			if j < 0 || i+j-c > longestName*2 {
				return 0, 0, 0, false
			}
			i += j
			if i+1 == e || space(s[i+1]) {
				break
			}
			i++
		}
		k0, k1 = c, i
		for k1 > k0 && space(s[k1-1]) {
			k1--
		}
		if strings.ContainsAny(s[k0:k1], "={") || strings.Count(s[k0:k1], " ") > 3 {
			return 0, 0, 0, false
		}
	}
	if i+1 < e && !space(s[i+1]) {
		return 0, 0, 0, false
	}
	for i++; i < e && space(s[i]); i++ {
	}
	return k0, k1, i, k1 > k0
}

// key begins a pair of the map at an indentation.
func (r *yamlReader) key(indent, a, b int) {
	r.closeTo(indent, false)
	top := &r.frames[len(r.frames)-1]
	if top.list || top.indent < indent {
		r.frames = append(r.frames, yamlFrame{indent: indent})
		top = &r.frames[len(r.frames)-1]
		r.l.push(step{kind: aKey})
	}
	if top.quiet {
		top.quiet = false
		r.l.quiet--
	}
	top.key = r.x.s[a:b]
	top.named = r.x.any(a, b) && nameOf(top.key).kind != none
	if sealedKey(top.key) {
		top.quiet = true
		r.l.quiet++
	}
	r.l.steps[len(r.l.steps)-1].key = top.key
}

// line looks at what is neither a key nor an item.
func (r *yamlReader) line(a, b int, comment bool) {
	l := r.l
	if !r.x.any(a, b) && (l.decoded || !encoded(r.x.s[a:b])) {
		return
	}
	l.push(step{kind: aLine, n: r.n})
	name := r.frames[len(r.frames)-1].key
	if !comment {
		var args argv
		if k := l.line(r.x, a, b, &args, true); k != "" {
			name = k
		}
	}
	l.byForm(name, r.x, a, b)
	l.pop()
}

// looksYAML tells whether most lines of the beginning of a text are those of YAML.
func looksYAML(s string) bool {
	good, bad, block := 0, 0, -1
	for a, n := 0, 0; a < len(s) && n < 60; {
		b := lineEnd(s, a)
		c := a
		for c < b && s[c] == ' ' {
			c++
		}
		e := b
		for e > c && space(s[e-1]) {
			e--
		}
		line, indent := s[c:e], c-a
		a = b + 1
		if line == "" || line[0] == '#' || block >= 0 && indent > block {
			continue
		}
		block = -1
		n++
		if strings.HasPrefix(line, "- ") || line == "-" || documentMark(line) {
			good++
			if strings.HasSuffix(line, "|") || strings.HasSuffix(line, ">") || strings.HasSuffix(line, "|-") || strings.HasSuffix(line, ">-") {
				block = indent
			}
			continue
		}
		if _, _, v, ok := yamlKey(s, c, e); ok {
			if good++; v < e && (s[v] == '|' || s[v] == '>') {
				block = indent
			}
			continue
		}
		if strings.HasPrefix(line, "{{") || line[0] == '}' || line[0] == ']' || line[0] == '"' {
			continue
		}
		bad++
	}
	return good > 0 && good >= 2*bad
}
