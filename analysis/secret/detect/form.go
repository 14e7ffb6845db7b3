package detect

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"
)

// match is a credential that its form tells, and where it stands.
type match struct {
	start, end int
	secret     string
	find
}

// byForm tells the credentials in a part of a text that are known by their form.
func (l *look) byForm(name string, x *text, a, b int) {
	for _, m := range l.d.matches(x, a, b) {
		if m.rule == "gcp-api-key" && public(name) {
			continue // the key of a web page, which its origin limits
		}
		l.tell(m.find, name, m.secret)
	}
}

// matches gives the credentials in a part of a text, by place. Where several rules claim a place, the more exact ones have it.
func (d *Detector) matches(x *text, a, b int) []match {
	hits := x.in(a, b)
	if len(hits) == 0 {
		return nil
	}
	m := matcher{d: d, s: x.s, a: a, b: b}
	for _, weak := range [...]bool{false, true} {
		for _, h := range hits {
			t := &d.terms[h.word]
			if weak && t.url {
				m.url(h)
			}
			for _, r := range t.rules {
				if r.Weak == weak {
					m.try(r, h)
				}
			}
		}
	}
	return m.found
}

type matcher struct {
	d     *Detector
	s     string
	a, b  int
	found []match
	// spent is how many bytes each rule has looked at. A rule whose word stands everywhere would look at the same bytes again and
	// again: it then looks at all once, and is done.
	spent map[*rule]int
}

const done = -1

// try asks a rule about the place of a hit.
func (m *matcher) try(r *rule, h hit) {
	start := max(m.a, int(h.start)-r.Back)
	end := min(m.b, int(h.start)+r.Ahead)
	if r.Back == 0 && !r.Loose && !m.begins(start) || m.taken(int(h.start), int(h.end)) {
		return
	}
	if m.spent == nil {
		m.spent = map[*rule]int{}
	}
	spent := m.spent[r]
	if spent == done {
		return
	}
	if spent > 8*(m.b-m.a)+1<<16 {
		m.spent[r] = done
		m.rest(r, start)
		return
	}
	m.spent[r] = spent + end - start
	if at := r.compiled().FindStringSubmatchIndex(m.s[start:end]); at != nil {
		m.take(r, start, at)
	}
}

// rest finds all that a rule finds from some place on.
func (m *matcher) rest(r *rule, from int) {
	e := regexp.MustCompile(r.Regex)
	for from < m.b {
		at := e.FindStringSubmatchIndex(m.s[from:m.b])
		if at == nil {
			return
		}
		if r.Loose || m.begins(from+at[0]) {
			m.take(r, from, at)
		}
		from += max(at[1], 1)
	}
}

// begins tells whether a word may begin at a place.
func (m *matcher) begins(i int) bool {
	if i == m.a || !wordByte(m.s[i-1]) {
		return true
	}
	// "\n" written as two characters.
	return i-2 >= m.a && m.s[i-2] == '\\' && (m.s[i-1] == 'n' || m.s[i-1] == 't' || m.s[i-1] == 'r')
}

// take notes what a rule has found, unless it is no credential after all.
func (m *matcher) take(r *rule, from int, at []int) {
	if end := from + at[1]; !r.Loose && end < m.b && wordByte(m.s[end]) {
		return
	}
	a, b := at[0], at[1]
	if len(at) > 2 && at[2] >= 0 {
		a, b = at[2], at[3]
	}
	found := match{start: from + a, end: from + b, secret: m.s[from+a : from+b], find: find{rule: r.ID, what: r.What, sure: !r.Maybe}}
	if !check(r, &found) || filler(found.secret) || entropy(found.secret) < r.Entropy {
		return
	}
	m.add(found)
}

func (m *matcher) add(found match) {
	if m.taken(found.start, found.end) {
		return
	}
	i, _ := slices.BinarySearchFunc(m.found, found.start, func(f match, at int) int { return f.start - at })
	m.found = slices.Insert(m.found, i, found)
}

// taken tells whether a part is in a match already.
func (m *matcher) taken(a, b int) bool {
	i, _ := slices.BinarySearchFunc(m.found, a, func(f match, at int) int { return f.end - at - 1 })
	return i < len(m.found) && m.found[i].start < b
}

// check does what a regular expression cannot. It may cut the credential out of what was found.
func check(r *rule, m *match) bool {
	switch r.Check {
	case "pem":
		m.secret = cutPEM(m.secret)
		m.end = m.start + len(m.secret)
		if strings.HasPrefix(m.secret, "-----BEGIN ENCRYPTED") {
			m.what = "encrypted private key"
		}
	case "jwt":
		payload := m.secret[strings.IndexByte(m.secret, '.')+1:]
		payload = payload[:strings.IndexByte(payload, '.')]
		plain, _ := base64.RawURLEncoding.DecodeString(payload)
		if strings.Contains(string(plain), `"kubernetes.io`) || strings.Contains(string(plain), `"kubernetes/serviceaccount`) {
			m.rule, m.what = "kubernetes-token", "token of a Kubernetes account"
		}
	case "basic":
		plain, ok := userPassword(m.secret)
		m.secret = plain
		return ok
	case "random":
		return random(m.secret, 16)
	case "mixed":
		return strings.ContainsAny(m.secret, "0123456789") && strings.ToLower(m.secret) != m.secret && strings.ToUpper(m.secret) != m.secret
	}
	return true
}

// cutPEM leaves the block itself, with its last line.
func cutPEM(s string) string {
	const end = "-----END "
	i := strings.Index(s, end)
	if i < 0 {
		return strings.TrimRight(s, " \t\r\n\"|")
	}
	if j := strings.Index(s[i+len(end):], "-----"); j >= 0 {
		return s[:i+len(end)+j+5]
	}
	return s
}

// userPassword gives the password of base64 of user:password, as headers and the logins of registries have it.
func userPassword(s string) (string, bool) {
	s = strings.TrimRight(s, "=")
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		encoding = base64.RawURLEncoding
	}
	plain, err := encoding.DecodeString(s)
	if err != nil || !readable(plain, false) {
		return "", false
	}
	user, password, ok := strings.Cut(string(plain), ":")
	return password, ok && user != "" && !strings.ContainsAny(user, " \n") && len(password) >= shortest && !template(password)
}
