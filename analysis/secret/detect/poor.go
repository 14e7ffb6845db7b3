package detect

import (
	"slices"
	"strings"
)

// chosen tells of passwords which look like a reference and are none: in the brackets, with the scheme or the ending of one stand
// capitals or digits that a reference has not. Literal tells that nothing but $(NAME) is filled in where the value stands.
func chosen(v string, literal bool) bool {
	if strings.ContainsAny(v, " \t") || strings.Contains(v, "://") {
		return false
	}
	number, upper, lower := false, false, false
	for i := range len(v) {
		number = number || digit(v[i])
		upper = upper || capital(v[i])
		lower = lower || small(v[i])
	}
	switch v[0] {
	case '(', '[':
		return number && (upper || lower) && !strings.ContainsAny(v[1:], "([{<,:\"'")
	case '!':
		return number && letter(v[1])
	case '$':
		// As a variable has either case, and rarely a number, it is one in scripts alone.
		return literal && number && lower && variable(v[1:]) && strings.IndexByte(v, '_') < 0
	}
	if strings.IndexByte(v, '/') >= 0 || cipher(v) || template(v) {
		return false
	}
	scheme, rest, ok := strings.Cut(v, ":")
	if !ok {
		scheme, rest, ok = strings.Cut(v, ".")
	}
	if ok && rest != "" {
		switch strings.ToLower(scheme) {
		case "env", "secrets", "data":
			// env:DB_PASSWORD, data.vault_generic_secret.db.password
			return number && lower && strings.Count(rest, ".") < 2
		case "k8s", "file", "vault", "secret", "gcp", "bao", "keyring":
			return number && strings.IndexByte(rest, '#') < 0 && !file(rest)
		}
	}
	for _, e := range [...]string{".com", ".net", ".org", ".io", ".local", ".svc"} {
		if strings.HasSuffix(v, e) {
			return literal || (number || upper) && strings.Count(v, ".") == 1
		}
	}
	return false
}

// file tells of names of files.
func file(v string) bool {
	for _, e := range endings {
		if strings.HasSuffix(v, e) {
			return true
		}
	}
	return false
}

// placeholder tells of what keeps a place for a password. Words of placeholders count as a whole, since people make passwords of such words
// with a number behind.
func placeholder(v string) bool {
	same := true
	for i := 1; i < len(v) && same; i++ {
		same = v[i] == v[0]
	}
	if same || rising(v) && !wellKnown(v) || template(v) && !chosen(v, true) || exactFiller(strings.ToLower(v)) {
		return true
	}
	lower := strings.ToLower(v)
	for _, w := range [...]string{"****", "....", "<your", "to-be-", "to_be_", "fill-me", "fill_me", "replace-me", "replace_me", "not-a-real", "00000000000", "ajcyqujhmsiwt8"} {
		if strings.Contains(lower, w) {
			return true
		}
	}
	numbered := strings.ContainsAny(v, "0123456789")
	word := 0
	for a := 0; a <= len(lower); a++ {
		if a < len(lower) && (letter(lower[a]) || digit(lower[a])) {
			continue
		}
		switch w := lower[word:a]; w {
		case "example", "examples", "placeholder", "redacted", "dummy", "your", "yourpassword", "yoursecret", "yourtoken", "masked", "fillme", "replaceme", "notreal", "here":
			return true
		case "some", "insert", "replace":
			if !numbered {
				return true
			}
		default:
			if len(w) > 3 && strings.Trim(w, "x") == "" {
				return true
			}
		}
		word = a + 1
	}
	return false
}

// guessable tells of keys made of the words that everybody would try: supersecret, jwt-secret-key, changeme. The value of a plain "secret
// key" may be the name of a key, so that it needs a word which names of keys have not.
func guessable(n naming, v string) bool {
	if len(v) < shortest || len(v) > 64 {
		return false
	}
	lower := strings.ToLower(v)
	if lower == "your-256-bit-secret" || lower == "your_jwt_secret" || lower == "your-secret-key" || lower == "keyboard cat" || strings.Trim(lower, "h") == "s" {
		return !n.plain
	}
	if strings.HasPrefix(lower, "changeme") || strings.HasPrefix(lower, "change-me") || strings.HasPrefix(lower, "change_me") {
		return n.shout && n.kind != token
	}
	if strings.HasPrefix(lower, "django-insecure-") {
		return true
	}
	if reference(v) {
		return false
	}
	words, trigger, stressed := 0, false, false
	for rest := strings.TrimLeft(lower, "-_. "); rest != ""; rest = strings.TrimLeft(rest, "-_. ") {
		size := 0
		for _, w := range common {
			if len(w) > size && strings.HasPrefix(rest, w) {
				size = len(w)
			}
		}
		if size == 0 {
			return false
		}
		switch w := rest[:size]; w {
		case "secret", "secrets", "s3cr3t", "insecure":
			trigger = true
		case "super", "my", "very", "top", "our", "dev", "default", "test":
			stressed = true
		}
		words++
		rest = rest[size:]
	}
	return trigger && (stressed || n.shout && !n.plain && n.kind != token)
}

// common are the words that guessable keys are made of.
var common = [...]string{"secret", "secrets", "s3cr3t", "insecure", "super", "my", "our", "very", "top", "key", "keys", "jwt", "token", "admin", "app", "auth", "session", "cookie", "sign", "signing", "password",
	"pass", "this", "test", "dev", "development", "local", "default", "for", "the", "is", "not", "so", "string", "phrase", "hmac", "long"}

// wellKnown tells of passwords that everybody tries first.
func wellKnown(v string) bool {
	v = strings.ToLower(v)
	if len(v) > 16 {
		return false
	}
	if strings.HasPrefix(v, "changeme") || strings.HasPrefix(v, "change-me") || strings.HasPrefix(v, "change_me") || strings.HasPrefix(v, "changethis") {
		return true
	}
	_, known := slices.BinarySearch(poor[:], v)
	return known
}

// poor passwords, sorted.
var poor = [...]string{
	"1111", "111111", "1234", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "admin", "admin123", "administrator", "changeit", "elastic", "grafana", "guest", "jenkins",
	"keycloak", "letmein", "mariadb", "minio", "minio123", "minioadmin", "mongo", "mysql", "p@ssw0rd", "p@ssword", "pass", "passw0rd", "passwd", "password", "password1", "password123",
	"postgres", "prom-operator", "qwerty", "rabbitmq", "redis", "root", "root123", "secret", "sonar", "superset", "test", "test123", "toor", "user", "welcome", "welcome1",
}
