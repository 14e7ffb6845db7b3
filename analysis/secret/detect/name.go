package detect

import "strings"

// kind is what a name says its value is.
type kind uint8

const (
	none kind = iota
	// password: whatever stands there is one, however poor.
	password
	// secret and token: what looks like the name of a resource is the name of one, unless the name says loudly that it is not.
	secret
	token
	// key, login and salt: only what a machine has made up counts.
	key
	login
	salt
)

// naming is what a name says.
type naming struct {
	kind kind
	// loud tells of names which hold nothing but the credential itself, such as CLIENT_SECRET; shout that the name is written as
	// variables are.
	loud, shout bool
	// last tells that the word of the credential is the last one.
	last bool
	// signs tells of keys that sign or encrypt, which are as good as what they are made of; plain that only "secret key" says so.
	signs, plain bool
	what         string
}

// mostWords bounds the words of a name that are looked at, from its end.
const mostWords = 10

// nameOf tells what a name says of its value. The last word that is one of a credential counts; a word behind it may say that the value
// is something about it: DB_PASSWORD_FILE, token_ttl.
func nameOf(name string) naming {
	if len(name) < 2 {
		return naming{}
	}
	var buffer [96]byte
	var words [mostWords][]byte
	n, shout := split(name, buffer[:0], &words)
	for i := n - 1; i >= 0; i-- {
		w := words[i]
		r := roleOf(w)
		if r&isCredential == 0 {
			if r&isAbout != 0 {
				return naming{}
			}
			continue
		}
		before := role(0)
		var last []byte
		if i > 0 {
			last = words[i-1]
			before = roleOf(last)
		}
		if i > 0 && forBrowsers(words[:i]) {
			return naming{}
		}
		for _, w := range words[:i] {
			if denies(w) {
				return naming{}
			}
		}
		said := naming{shout: shout, last: i == n-1}
		held := before&isHolder != 0
		switch r & isCredential {
		case isPassword:
			if string(w) == "pass" && passes(string(last)) {
				return naming{}
			}
			said.kind, said.loud, said.what = password, true, "password"
		case isSecret:
			said.kind, said.loud, said.what = secret, held, "secret"
			said.signs = signs(last)
		case isToken:
			if string(w) == "pat" && n == 1 && !shout {
				return naming{} // a pattern
			}
			said.kind, said.loud, said.what = token, held, "token"
			said.signs = string(last) == "admin" || string(last) == "root"
		case isLogin:
			said.kind, said.what = login, "credentials"
		case isSalt:
			said.kind, said.what = salt, "salt"
		case isBoundKey:
			said.kind, said.loud, said.what = key, true, "key"
		default:
			// "key" alone says nothing.
			if !held && before&(isSecret|isToken) == 0 {
				return naming{}
			}
			said.kind, said.loud, said.what = key, true, whatKey(last)
			said.plain = string(last) == "secret" && (i < 2 || !signs(words[i-2]))
			said.signs = said.plain || string(last) == "secret" || signs(last)
		}
		return said
	}
	return naming{}
}

// passes tells of words before "pass" which say that something is passed on.
func passes(last string) bool {
	switch last {
	case "proxy", "grpc", "by", "uwsgi", "memcached":
		return true
	}
	return strings.HasSuffix(last, "cgi")
}

// signs tells of words before "secret" or "key" which say that it signs or encrypts: whoever guesses it can make what it protects.
func signs(w []byte) bool {
	switch string(w) {
	case "jwt", "session", "cookie", "signing", "sign", "hmac", "nextauth", "csrf", "auth", "app", "application", "encryption", "encrypt", "master", "admin", "webhook", "token", "django", "flask", "rails":
		return true
	}
	return false
}

// public tells of names that say that everybody may know the value.
func public(name string) bool {
	var buffer [96]byte
	var words [mostWords][]byte
	n, _ := split(name, buffer[:0], &words)
	for _, w := range words[:n] {
		if string(w) == "public" {
			return true
		}
	}
	return n > 1 && forBrowsers(words[:n])
}

// forBrowsers tells of variables that builds put into what browsers load, so that everybody may know them.
func forBrowsers(words [][]byte) bool {
	for i, w := range words {
		switch string(w) {
		case "vite", "gatsby":
			return true
		case "react", "vue":
			return i+1 < len(words) && string(words[i+1]) == "app"
		}
	}
	return false
}

func whatKey(before []byte) string {
	switch string(before) {
	case "api":
		return "API key"
	case "private":
		return "private key"
	case "access":
		return "access key"
	case "secret":
		return "secret key"
	}
	return "key"
}

// split takes a name apart to words in lower case, at what is no letter or digit and where a capital begins: dbPassword, APIKey. It gives
// how many words it kept, and whether no letter was small.
func split(name string, buffer []byte, words *[mostWords][]byte) (n int, shout bool) {
	if len(name) > cap(buffer) {
		name = name[len(name)-cap(buffer):]
	}
	shout = true
	begin := 0
	end := func() {
		if len(buffer) > begin {
			if n == mostWords {
				copy(words[:], words[1:])
				n--
			}
			words[n] = buffer[begin:len(buffer):len(buffer)]
			n++
		}
		begin = len(buffer)
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'A' <= c && c <= 'Z':
			if i > 0 && (small(name[i-1]) || digit(name[i-1]) || i+1 < len(name) && capital(name[i-1]) && small(name[i+1])) && !acronym(buffer[begin:], name[i:]) {
				end()
			}
			buffer = append(buffer, c|0x20)
		case small(c), digit(c):
			shout = shout && !small(c)
			buffer = append(buffer, c)
		default:
			end()
		}
	}
	end()
	return n, shout
}

// acronym tells of a plural of capitals, as in "APIs": the last s begins no word.
func acronym(word []byte, rest string) bool {
	return len(rest) == 2 && rest[1] == 's' && len(word) > 0
}

func small(c byte) bool   { return 'a' <= c && c <= 'z' }
func capital(c byte) bool { return 'A' <= c && c <= 'Z' }

// role is what a word can do in a name.
type role uint16

const (
	isPassword role = 1 << iota
	isSecret
	isToken
	isLogin
	isSalt
	// isKey is "key", which needs a word before it; isBoundKey has it within, as "apikey".
	isKey
	isBoundKey
	// isHolder makes what follows it a credential: "api" before key, "jwt" before secret.
	isHolder
	// isAbout makes what came before it something else: "file" behind password.
	isAbout

	isCredential = isPassword | isSecret | isToken | isLogin | isSalt | isKey | isBoundKey
)

// roleOf looks a word up, as it is and without the digits at its end.
func roleOf(w []byte) role {
	if r, ok := roles[string(w)]; ok {
		return r
	}
	n := len(w)
	for n > 0 && digit(w[n-1]) {
		n--
	}
	if n > 0 && n < len(w) {
		if r, ok := roles[string(w[:n])]; ok && r&isCredential != 0 {
			return r
		}
		w = w[:n]
	}
	// Words that nobody has parted: pgpassword, authtoken.
	if len(w) > 5 {
		for _, t := range tails {
			if len(w) > len(t.text) && string(w[len(w)-len(t.text):]) == t.text {
				return t.role
			}
		}
	}
	return 0
}

var tails = [...]struct {
	text string
	role role
}{
	{"password", isPassword}, {"passwd", isPassword}, {"passphrase", isPassword}, {"pwd", isPassword}, {"pw", isPassword}, {"passwords", isPassword}, {"secret", isSecret}, {"token", isToken},
	{"apikey", isBoundKey}, {"accesskey", isBoundKey}, {"secretkey", isBoundKey}, {"privatekey", isBoundKey},
}

// denies tells of words which, before the one of a credential, say that the value is none.
func denies(w []byte) bool {
	switch string(w) {
	case "public", "publishable", "pub", "existing", "max", "min", "hashed", "encrypted", "sealed", "disable", "disabled", "enable", "enabled", "require", "requires", "required",
		"has", "use", "allow", "allowed", "invalid", "missing", "forgot", "forgotten", "wrong", "show", "hide", "validate", "is", "no", "without", "skip", "num", "count", "checksum",
		"total", "sha256sum", "error", "err", "new", "incorrect", "weak", "label", "placeholder", "mismatch", "resource", "title", "pull":
		return true
	}
	return false
}
