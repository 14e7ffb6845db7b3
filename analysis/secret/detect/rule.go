package detect

import (
	"bytes"
	_ "embed" // the rules are bundled
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

//go:embed rules.yaml
var bundled []byte

// rule is one kind of credential that is told by its form.
type rule struct {
	ID string `yaml:"id"`
	// What is the kind in words, to be read in the middle of a sentence.
	What string `yaml:"what"`
	// Keywords are what each such credential has, in any case: the regular expression is asked only around them.
	Keywords []string `yaml:"keywords"`
	// Names are parts of names under which the whole value is held against the expression, for credentials without a mark.
	Names []string `yaml:"names"`
	// Regex begins where the keyword begins, or up to Back bytes before it. Its first group, if it has one, is the credential.
	Regex string `yaml:"regex"`
	Back  int    `yaml:"back"`
	// Ahead is how many bytes from the keyword on are looked at; 0 is 512.
	Ahead int `yaml:"ahead"`
	// Entropy is the least a credential has, in bits for each byte; 0 is 2.5.
	Entropy float64 `yaml:"entropy"`
	// Loose lets letters and digits stand directly before and behind.
	Loose bool `yaml:"loose"`
	// Weak yields to any other rule that finds something at the same place.
	Weak bool `yaml:"weak"`
	// Maybe tells that the form alone proves nothing.
	Maybe bool `yaml:"maybe"`
	// Check names a test in code of what the expression found: see checks.
	Check string `yaml:"check"`

	// compiled is made when first asked for: most rules never are.
	compiled func() *regexp.Regexp
}

const (
	defaultAhead   = 512
	defaultEntropy = 2.5
)

// nameWords are parts of names of credentials. Every name that nameOf knows has one.
var nameWords = [...]string{"pass", "pwd", "psw", "psk", "pw", "secret", "token", "key", "cred", "auth", "salt", "bearer", "pat", "senha", "contrasena", "kennwort", "pepper", "jwt", "dockerc"}

// programs are parts of commands and of directives that take a password by a mark which does not say so. Each program that shorts knows
// has one.
var programs = [...]string{"mysql", "mariadb", "mongo", "redis-cli", "valkey-cli", "curl", "ldap", "sqlcmd", "smbclient", "login", "ipmitool", "cqlsh", "clickhouse-client", "identified by",
	"docker", "podman", "nerdctl", "helm", "skopeo", "buildah", "crane", "oras", "openssl", "kcadm", "zip", "7z", "influx", "http ", `"http"`, "vault", "snmp", "az ", "rabbitmqadmin", "bcp", "etcdctl", "kinit",
	" on >", "~*", "+@", `"kty"`}

// build makes a detector of rules.
func build(data, key []byte) (*Detector, error) {
	d := &Detector{key: key}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&d.rules); err != nil {
		return nil, fmt.Errorf("detect: rules: %w", err)
	}
	var words []string
	at := map[string]int{}
	word := func(w string) *term {
		n, known := at[w]
		if !known {
			n = len(words)
			at[w] = n
			words = append(words, w)
			d.terms = append(d.terms, term{})
		}
		return &d.terms[n]
	}
	for _, w := range nameWords {
		word(w).name = true
	}
	for _, w := range programs {
		word(w).name = true
	}
	word("://").url = true
	word("@tcp(").url = true
	word("@unix(").url = true
	for _, r := range d.rules {
		expression := r.Regex
		if r.Back == 0 {
			expression = `\A(?:` + expression + `)`
		}
		if len(r.Keywords) == 0 {
			expression += `\z`
		}
		r.compiled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
		if r.Ahead == 0 {
			r.Ahead = defaultAhead
		}
		if r.Entropy == 0 {
			r.Entropy = defaultEntropy
		}
		for _, k := range r.Keywords {
			t := word(strings.ToLower(k))
			t.rules = append(t.rules, r)
		}
		for _, k := range r.Names {
			t := word(strings.ToLower(k))
			t.named = append(t.named, r)
		}
	}
	d.words = makeAutomaton(words)
	return d, nil
}
