package detect

import "strings"

// dull tells whether a value is surely no credential, whatever it goes by: it points to where one is, or is what everybody may know.
func dull(v string) bool {
	return plainWord(v) || template(v) || pointer(v) || cipher(v) || publicText(v)
}

// plainWord tells of switches and of values for none.
func plainWord(v string) bool {
	if len(v) > 12 {
		return false
	}
	switch strings.ToLower(v) {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "empty", "n/a", "unset", "default", "string", "integer", "boolean", "object", "array", "number",
		"text", "optional", "required", "enabled", "disabled", "always", "never", "auto", "basic", "bearer", "static", "plain", "opaque", "unknown", "not-set", "disable", "enable", "any":
		return true
	}
	return false
}

// template tells of texts that something else fills in.
func template(v string) bool {
	for _, m := range [...][2]string{{"${", "}"}, {"$(", ")"}, {"{{", "}}"}, {"<%", "%>"}, {"#{", "}"}, {"%(", ")"}, {"$[[", "]]"}, {"[[", "]]"}, {"$<", ">"}, {"@@", "@@"}, {"$__", "}"}} {
		if i := strings.Index(v, m[0]); i >= 0 && strings.Contains(v[i+len(m[0]):], m[1]) {
			return true
		}
	}
	if len(v) < 2 {
		return false
	}
	first, last := v[0], v[len(v)-1]
	inner := v[1 : len(v)-1]
	switch {
	case first == '$' && (letter(v[1]) || v[1] == '_' || digit(v[1]) && len(v) == 2) && variable(v[1:]):
		return true
	case first == '%' && last == '%', first == '@' && last == '@':
		return variable(inner)
	case first == '<' && last == '>', first == '(', first == '{' && last == '}', first == '[' && last == ']', strings.HasPrefix(v, "__") && strings.HasSuffix(v, "__"):
		return true
	case first == '!' && letter(v[1]):
		return true
	}
	return v == "%s" || v == "%v" || v == "%q" || v == "$1" || strings.HasPrefix(v, "$ARG") || strings.HasPrefix(v, "{{") || strings.HasPrefix(v, "${") || strings.HasPrefix(v, "$(") || strings.HasPrefix(v, "`")
}

func variable(s string) bool {
	for i := range len(s) {
		if !wordByte(s[i]) && s[i] != '.' {
			return false
		}
	}
	return s != ""
}

// schemes begin references to stores of secrets.
var schemes = [...]string{
	"vault:", "ref+", "op://", "secretref:", "arn:", "sm://", "akv:", "akvs:", "azurekv", "gcp:", "awssm", "ssm:", "{{resolve:", "env:", "file:", "k8s:", "secret:", "secret://", "secrets.", "env.",
	"os.environ", "process.env", "data.", "keychain:", "bao:", "@microsoft.keyvault", "projects/", "valuefrom", "from_secret", "getenv", "doppler://", "conjur", "aws-ssm:", "keyring:",
}

// pointer tells of values that say where something is: paths, URLs, references, addresses, image references, names of resources in API
// groups.
func pointer(v string) bool {
	if strings.Contains(v, "://") {
		return true
	}
	head := strings.ToLower(v[:min(len(v), 24)])
	for _, s := range schemes {
		if strings.HasPrefix(head, s) {
			return true
		}
	}
	return path(v) || uuid(v)
}

// endings are those of files.
var endings = [...]string{".pem", ".key", ".crt", ".cer", ".json", ".yaml", ".yml", ".txt", ".jks", ".p12", ".pfx", ".pub", ".env", ".conf", ".properties", ".toml", ".ini", ".xml", ".sh", ".gpg", ".asc", ".local", ".svc", ".token", ".io", ".com", ".org", ".net"}

// path tells of paths of files, of stores and of APIs: secret/data/app#password, /run/secrets/token, apps/v1.
func path(v string) bool {
	if strings.ContainsAny(v, " =") {
		return false
	}
	if strings.HasPrefix(v, "./") || strings.HasPrefix(v, "../") || strings.HasPrefix(v, "~/") || len(v) > 3 && v[1] == ':' && v[2] == '\\' {
		return true
	}
	for _, e := range endings {
		if strings.HasSuffix(v, e) && identifier(strings.TrimLeft(v, "/")) {
			return true
		}
	}
	i := strings.IndexByte(v, '/')
	return i >= 0 && (strings.Count(v, "/") > 1 || i > 1 || i == 0) && identifier(strings.NewReplacer("#", "/", "?", "/", "~", "").Replace(v))
}

// cipher tells of texts that are encrypted or hashed, and of checksums that say so.
func cipher(v string) bool {
	switch v[0] {
	case 'E':
		return strings.HasPrefix(v, "ENC[") || strings.HasPrefix(v, "ENC(") || strings.HasPrefix(v, "ENC:")
	case '$':
		for _, p := range [...]string{"$2a$", "$2b$", "$2y$", "$argon2", "$1$", "$5$", "$6$", "$apr1$", "$y$", "$pbkdf2", "$scrypt", "$ANSIBLE_VAULT", "$PHPASS", "$P$"} {
			if strings.HasPrefix(v, p) {
				return true
			}
		}
	case '{':
		for _, p := range [...]string{"{cipher}", "{SSHA", "{SHA", "{CRYPT}", "{bcrypt}", "{PBKDF2", "{AES", "{ARGON2", "{SMD5}", "{MD5}"} {
			if strings.HasPrefix(v, p) {
				return true
			}
		}
	case 'A':
		// Sealed Secrets, and what AWS KMS encrypts, in base64.
		return len(v) >= 200 && len(v) > 3 && (v[1] == 'g' && (v[2] >= 'A' && v[2] <= 'Z')) || len(v) > 100 && (strings.HasPrefix(v, "AQICA") || strings.HasPrefix(v, "AQECA"))
	case 'S':
		return strings.HasPrefix(v, "SCRAM-SHA-")
	case 'v':
		return strings.HasPrefix(v, "vault:v")
	case 's', 'm':
		for _, p := range [...]string{"sha1:", "sha256:", "sha384:", "sha512:", "sha1-", "sha256-", "sha384-", "sha512-", "md5:", "scrypt:", "pbkdf2", "sha256sum", "md5-"} {
			if strings.HasPrefix(v, p) {
				return true
			}
		}
	case 'p':
		return strings.HasPrefix(v, "pbkdf2")
	}
	return strings.Contains(v, "@sha256:") || strings.HasPrefix(v, "-----BEGIN PGP MESSAGE") || strings.HasPrefix(v, "-----BEGIN AGE ENCRYPTED") || strings.HasPrefix(v, "h1:") || digest(v)
}

// digest tells of MD5 as PostgreSQL writes it.
func digest(v string) bool {
	hex, ok := strings.CutPrefix(v, "md5")
	if !ok || len(hex) != 32 {
		return false
	}
	for i := range len(hex) {
		if !digit(hex[i]) && ('a' > hex[i]|0x20 || hex[i]|0x20 > 'f') {
			return false
		}
	}
	return true
}

// publicText tells of keys and certificates that everybody may have.
func publicText(v string) bool {
	for _, p := range [...]string{
		"ssh-rsa ", "ssh-ed25519 ", "ssh-dss ", "ecdsa-sha2-", "sk-ssh-", "age1", "-----BEGIN CERTIFICATE", "-----BEGIN PUBLIC", "-----BEGIN RSA PUBLIC", "-----BEGIN EC PUBLIC",
		"-----BEGIN TRUSTED", "-----BEGIN X509", "-----BEGIN PGP PUBLIC", "-----BEGIN DH PARAM", "---- BEGIN SSH2 PUBLIC", "MIIBIjANBgkqhkiG9w0BAQEF", "MFkwEwYHKoZIzj0CAQ", "LS0tLS1CRUdJTiBDRVJU", "LS0tLS1CRUdJTiBQVUJM", "AAAAB3NzaC1", "AAAAC3NzaC1",
		"pk.eyJ", "pk_live_", "pk_test_", "phc_", // of Mapbox, Stripe and PostHog, made for browsers
	} {
		if strings.HasPrefix(v, p) {
			return true
		}
	}
	// The address of an account of Ethereum; a key has 64 digits.
	return len(v) == 42 && (strings.HasPrefix(v, "0x") || strings.HasPrefix(v, "0X")) && random(v[2:], 40)
}

// filler tells of what only keeps a place for a credential, or shows how one looks.
func filler(v string) bool {
	same := true
	for i := 1; i < len(v) && same; i++ {
		same = v[i] == v[0]
	}
	if same || rising(v) && !wellKnown(v) || template(v) {
		return true
	}
	lower := strings.ToLower(v)
	for _, w := range [...]string{"example", "placeholder", "redacted", "xxxx", "****", "....", "your-", "your_", "yourpassword", "yourtoken", "yoursecret", "<your", "insert", "replace", "to-be-", "to_be_", "dummy", "fill-me", "fillme",
		"-here", "_here", "00000000000", "masked", "not-a-real", "notreal", "some-", "ajcyqujhmsiwt8"} {
		if strings.Contains(lower, w) {
			return true
		}
	}
	return exactFiller(lower)
}

// exactFiller tells of texts that as a whole keep a place.
func exactFiller(lower string) bool {
	switch lower {
	case "todo", "tbd", "fixme", "sample", "fake", "foobar", "none", "xxx", "***", "...", "mypassword", "my-password", "my_password", "my-secret", "mysecret", "my-token", "mytoken", "my_secret", "my_token", "password-goes-here", "value", "changed", "hidden", "secure", "pass-through":
		return true
	}
	return false
}
