package detect

import "strings"

// xml walks the tags of a text: attributes, elements with a text, and pairs such as <add key="…" value="…"/>. Paths say the line.
func (l *look) xml(name string, x *text) {
	s := x.s
	l.encoding = append(l.encoding, "xml")
	l.push(step{kind: aLine, n: 1})
	defer func() {
		l.pop()
		l.encoding = l.encoding[:len(l.encoding)-1]
	}()
	at := len(l.steps) - 1
	element, pair := "", ""
	for i := 0; i < len(s); {
		j := strings.IndexByte(s[i:], '<')
		if j < 0 {
			j = len(s) - i
		}
		l.steps[at].n += strings.Count(s[i:i+j], "\n")
		if a, b := trim(s, i, i+j); b > a {
			goes := element
			if pair != "" && siblingOf(strings.ToLower(element)) == valueSibling {
				goes = pair
			}
			if siblingOf(strings.ToLower(element)) == nameSibling {
				pair = s[a:b]
			}
			if goes == "" {
				goes = name
			}
			l.leaf(goes, nameOf(goes).kind != none, x, a, b)
		}
		if i += j; i >= len(s) {
			return
		}
		end := len(s)
		open, shut := "<", ">"
		switch {
		case strings.HasPrefix(s[i:], "<!--"):
			open, shut = "<!--", "-->"
		case strings.HasPrefix(s[i:], "<![CDATA["):
			open, shut = "<![CDATA[", "]]>"
		}
		if k := strings.Index(s[i+len(open):], shut); k >= 0 {
			end = i + len(open) + k
		}
		inner := s[i+len(open) : end]
		switch {
		case open == "<!--":
			l.byForm(name, x, i, end)
		case open != "<":
			a, b := trim(s, i+len(open), end)
			l.leaf(element, nameOf(element).kind != none, x, a, b)
		case strings.HasPrefix(inner, "/"):
			if ended := inner[1:]; siblingOf(strings.ToLower(ended)) == noSibling {
				pair = ""
			}
			element = ""
		case inner != "" && letter(inner[0]):
			// <property name="password">VALUE</property>, or with the value in an element of its own
			var goes string
			if element, goes = l.tag(x, i+1, end); goes != "" {
				pair = goes
				if siblingOf(strings.ToLower(element)) == noSibling {
					element = goes
				}
			}
		}
		l.steps[at].n += strings.Count(s[i:min(end, len(s))], "\n")
		i = end + len(shut)
	}
}

// tag looks at the attributes of a tag, and gives its name, and what its text goes by if an attribute says so.
func (l *look) tag(x *text, a, end int) (element, goes string) {
	s := x.s
	i := a
	for i < end && !space(s[i]) && s[i] != '/' {
		i++
	}
	element = s[a:i]
	if !x.any(a, end) && (l.decoded || !encoded(s[a:end])) {
		return element, ""
	}
	name, va, vb := "", 0, 0
	for i < end {
		eq := strings.IndexByte(s[i:end], '=')
		if eq < 0 {
			break
		}
		k := s[i : i+eq]
		if j := strings.LastIndexAny(k[:len(strings.TrimRight(k, " \t\n\r"))], " \t\n\r/"); j >= 0 {
			k = k[j+1:]
		}
		k = strings.TrimSpace(k)
		v := i + eq + 1
		for v < end && space(s[v]) {
			v++
		}
		if v >= end || s[v] != '"' && s[v] != '\'' {
			i = v
			continue
		}
		z := strings.IndexByte(s[v+1:end], s[v])
		if z < 0 {
			return element, "" // a mark of a tag within a value
		}
		z += v + 1
		switch siblingOf(strings.ToLower(k)) {
		case nameSibling:
			name = s[v+1 : z]
		case valueSibling:
			va, vb = v+1, z
		default:
			l.leaf(k, nameOf(k).kind != none, x, v+1, z)
		}
		i = z + 1
	}
	if vb > va {
		if name == "" {
			name = element
		}
		l.leaf(name, nameOf(name).kind != none, x, va, vb)
		return element, ""
	}
	if s[end-1] == '/' {
		return element, ""
	}
	return element, name
}

// trim gives a part of a text without the white space around it.
func trim(s string, a, b int) (int, int) {
	for a < b && space(s[a]) {
		a++
	}
	for b > a && space(s[b-1]) {
		b--
	}
	return a, b
}
