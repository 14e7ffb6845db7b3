package detect

import (
	"strings"
	"unicode/utf8"
)

// byName asks whether a value is a credential by what it goes by.
func (l *look) byName(name, v string) {
	if l.quiet > 0 || name == "" {
		return
	}
	n := nameOf(name)
	if n.kind == none || len(v) > longestSecret || strings.IndexByte(v, '\n') >= 0 || l.ofIssuer(name, v) {
		return
	}
	f := find{rule: "name", what: n.what}
	if n.signs && guessable(n, v) {
		f.what = "guessable " + n.what
		l.tell(f, name, v)
		return
	}
	if n.kind == password {
		if l.isPassword(n, name, v) {
			if wellKnown(v) {
				f.what = "well-known password"
			}
			l.tell(f, name, v)
		}
		return
	}
	if code(v) || dull(v) {
		return
	}
	switch n.kind {
	case login:
		l.byLogin(n, name, v)
		return
	case secret, token:
		if filler(v) || wellKnown(v) || strings.ContainsAny(v, " ") || strings.EqualFold(v, name) {
			return
		}
		chosen := n.loud && n.shout && len(v) >= 8 && n.kind == secret && !reference(v)
		if !chosen && !random(v, 12) && (!n.shout || !mixed(v)) {
			return
		}
	default:
		if filler(v) || !random(v, 16) {
			return
		}
	}
	l.tell(f, name, v)
}

// byLogin asks whether a value under the name of a login has a password in it, or is one.
func (l *look) byLogin(n naming, name, v string) {
	if user, password, ok := strings.Cut(v, ":"); ok && user != "" && len(password) >= shortest && !strings.ContainsAny(v, " /") && !digits(password) && !placeholder(password) && !template(password) &&
		(n.shout || l.decoded || !identifier(v) || mixes(user, password)) {
		f := find{rule: "name", what: n.what}
		if l.decoded {
			f = find{rule: "basic-auth", what: "login in base64", sure: true}
		}
		l.tell(f, name, password)
		return
	}
	if user, password, ok := strings.Cut(v, "/"); ok && strings.HasPrefix(strings.ToLower(name), "neo4j") && user != "" && len(password) >= shortest {
		l.tell(find{rule: "name", what: n.what}, name, password)
		return
	}
	if !filler(v) && (random(v, 16) || n.shout && n.last && mixed(v)) {
		l.tell(find{rule: "name", what: n.what}, name, v)
	}
}

// mixes tells of a user and a password of letters with digits among them, and not of a kind and its version or of an algorithm.
func mixes(user, password string) bool {
	if len(password) < 6 || !onlyWords(user) || !strings.ContainsAny(password, "0123456789") || strings.ContainsAny(password, ":,@") || password[0] == 'v' && digit(password[1]) {
		return false
	}
	lower := strings.ToLower(password)
	for _, p := range [...]string{"sha", "base64", "argon", "utf", "pbkdf", "aes", "rs256", "hs256", "es256"} {
		if strings.HasPrefix(lower, p) {
			return false
		}
	}
	return strings.ContainsAny(lower, "abcdefghijklmnopqrstuvwxyz")
}

// longestSecret bounds what is taken for a credential by its name.
const longestSecret = 4096

// ofIssuer asks the rules that go by names.
func (l *look) ofIssuer(name, v string) bool {
	if len(v) < 16 || len(v) > 256 {
		return false
	}
	for _, h := range l.d.words.scan(name) {
		for _, r := range l.d.terms[h.word].named {
			if entropy(v) >= r.Entropy && r.compiled().MatchString(v) && !filler(v) {
				l.tell(find{rule: r.ID, what: r.What}, name, v)
				return true
			}
		}
	}
	return false
}

// isPassword tells whether a value under the name of a password is one. However poor, it is, unless it only says where one is.
func (l *look) isPassword(n naming, name, v string) bool {
	literal := l.literal && l.nest == 1
	if code(v) && !literal || l.variable && onlyWords(v) {
		return false
	}
	if dull(v) && !uuid(v) && !chosen(v, literal) {
		return false
	}
	return isWord(n, name, v)
}

// isWord tells whether a value under the name of a password is one, and no text about one.
func isWord(n naming, name, v string) bool {
	if placeholder(v) && !wellKnown(v) {
		return false
	}
	if number := strings.TrimLeft(v, "^~<>=v"); number != v && digits(number) {
		return false // a version
	}
	if digits(v) {
		return len(v) > 5 || n.shout && len(v) > 3
	}
	if !n.shout {
		// Labels: "password": "Password", "Passwort", "Contraseña".
		if strings.EqualFold(v, name) && v != "password" || capital(v[0]) && onlyLetters(v) {
			return false
		}
		if v[0] >= utf8.RuneSelf && onlyLetters(v) {
			return false
		}
	}
	if !strings.ContainsAny(v, " \t") {
		return true
	}
	lower := strings.ToLower(v)
	for _, w := range [...]string{"password", "passwd", "secret", "token", "your", "please", "enter", "must", " the ", " is ", " for "} {
		if strings.Contains(lower, w) {
			return false
		}
	}
	return n.shout && strings.IndexByte(name, '_') > 0 || passphrase(v)
}

// passphrase tells of some words in a row that make no sentence, as people draw them from a list.
func passphrase(v string) bool {
	words := strings.Fields(v)
	if len(words) < 4 || len(words) > 16 {
		return false
	}
	for _, w := range words {
		if len(w) > 12 {
			return false
		}
		for i := range len(w) {
			if !small(w[i]) {
				return false
			}
		}
		switch w {
		case "a", "an", "and", "any", "are", "as", "at", "be", "but", "by", "can", "do", "does", "for", "from", "has", "if", "in", "into", "it", "its", "may", "must", "no", "not", "of",
			"on", "or", "only", "see", "set", "should", "such", "that", "the", "this", "to", "use", "used", "via", "was", "when", "where", "which", "will", "with":
			return false
		}
	}
	return true
}

// code tells of expressions in place of values: config.password, getenv("X"), self.token.
func code(v string) bool {
	if v[0] == '$' && letter(v[1]) && (strings.Contains(v, "->") || strings.Contains(v, "['") || strings.Contains(v, `["`)) {
		return true // $cfg['password']
	}
	for _, rule := range [...]string{"required|", "nullable|", "sometimes|", "confirmed|", "string|"} {
		if strings.HasPrefix(v, rule) {
			return true // a check of Laravel
		}
	}
	i := 0
	for i < len(v) && (wordByte(v[i]) || v[i] == '.') {
		i++
	}
	if i > 1 && i < len(v) && (v[i] == '(' || v[i] == '[') && (i+1 == len(v) || strings.ContainsAny(v[i:], ")]")) && letter(v[0]) {
		return true
	}
	return i == len(v) && letter(v[0]) && strings.IndexByte(v, '.') > 2 && !strings.ContainsAny(v, "0123456789") && strings.ToLower(v[:1]) == v[:1] && len(v) > 6
}

// reference tells of names of resources that hold credentials: web-oauth-secret.
func reference(v string) bool {
	if strings.ToLower(v) != v || !identifier(v) {
		return false
	}
	for _, e := range [...]string{"-secret", "-secrets", "-credentials", "-creds", "-tls", "-token", "-cert", "-key", "-keys", "-auth", "-config", "-password"} {
		if strings.HasSuffix(v, e) {
			return true
		}
	}
	return false
}

// mixed tells of letters with digits among them, such as s3cr3t-t0ken, which names of resources have at the ends of words only.
func mixed(v string) bool {
	if len(v) < 8 || identifier(v) {
		return false
	}
	return strings.ContainsAny(v, "0123456789") && !strings.ContainsAny(v, " ,;:/()")
}

func digits(v string) bool {
	for i := range len(v) {
		if !digit(v[i]) && v[i] != '.' && v[i] != ':' {
			return false
		}
	}
	return true
}

func onlyLetters(v string) bool {
	for i := range len(v) {
		if !letter(v[i]) && v[i] < utf8.RuneSelf {
			return false
		}
	}
	return true
}

// labels tells of files that hold the texts of a user interface.
func labels(name string) bool {
	name = strings.ToLower(name)
	base, ending, ok := cutLast(name, '.')
	if !ok {
		return strings.Contains(name, "i18n") || strings.Contains(name, "locale") || strings.Contains(name, "translations")
	}
	switch ending {
	case "po", "arb", "ftl", "xlf", "strings":
		return true
	case "json", "yaml", "yml", "properties", "js", "ts":
	default:
		return false
	}
	if strings.Contains(base, "i18n") || strings.Contains(base, "locale") || strings.HasPrefix(base, "messages") || strings.Contains(base, "translation") || strings.HasPrefix(base, "lang") {
		return true
	}
	if len(base) == 5 && (base[2] == '-' || base[2] == '_') {
		base = base[:2]
	}
	switch base {
	case "en", "de", "fr", "es", "it", "pt", "nl", "pl", "ru", "ja", "zh", "ko", "tr", "cs", "sv", "da", "fi", "no", "nb", "hu", "uk", "ar", "he", "el", "ro":
		return true
	}
	return false
}

func cutLast(s string, c byte) (before, after string, ok bool) {
	i := strings.LastIndexByte(s, c)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}
