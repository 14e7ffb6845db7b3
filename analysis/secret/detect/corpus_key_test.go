package detect

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// realKeys makes a key of each algorithm in each form that tools write. Those of Ed25519 and X25519 have one line of 64 characters.
func realKeys(t *testing.T) map[string]string {
	t.Helper()
	keys := map[string]string{}
	add := func(name, kind string, der []byte, err error) {
		if err != nil {
			t.Fatal(name, err)
		}
		text := string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
		keys[name] = text
		keys[name+", of one line"] = "-----BEGIN " + kind + "-----\n" + base64.StdEncoding.EncodeToString(der) + "\n-----END " + kind + "-----\n"
	}
	pkcs8 := func(name string, key any) {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		add(name+" in PKCS 8", "PRIVATE KEY", der, err)
	}
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8("Ed25519", edwards)
	montgomery, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8("X25519", montgomery)
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		key, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		pkcs8(name, key)
		der, err := x509.MarshalECPrivateKey(key)
		add(name+" in SEC 1", "EC PRIVATE KEY", der, err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8("RSA", key)
	add("RSA in PKCS 1", "RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key), nil)
	return keys
}

// TestRealKeys plants a key of each algorithm wherever keys stand.
func TestRealKeys(t *testing.T) {
	d := Default()
	indented := func(s string) string { return "    " + strings.ReplaceAll(strings.TrimSpace(s), "\n", "\n    ") + "\n" }
	for name, key := range realKeys(t) {
		for place, found := range map[string][]model.Exposure{
			"a ConfigMap":        d.Inspect("data[tls.key]", "tls.key", key),
			"any key":            d.Inspect("data.x", "x", key),
			"lines of Windows":   d.Inspect("data.x", "x", strings.ReplaceAll(key, "\n", "\r\n")),
			"a variable":         d.Pod(&corev1.PodSpec{Containers: []corev1.Container{{Env: []corev1.EnvVar{{Name: "SSL_KEY", Value: key}}}}}),
			"escaped lines":      d.Inspect("data.x", "x", strings.ReplaceAll(key, "\n", `\n`)),
			"a block of YAML":    d.Inspect("data[values.yaml]", "values.yaml", "ingress:\n  tls: |\n"+indented(key)+"  x: y\n"),
			"JSON":               d.Inspect("data[sa.json]", "sa.json", `{"type":"service_account","private_key":`+quote(key)+`}`),
			"base64":             d.Inspect("data.x", "x", base64.StdEncoding.EncodeToString([]byte(key))),
			"base64 of JSON":     d.Inspect("data.x", "x", base64.StdEncoding.EncodeToString([]byte(`{"private_key":`+quote(key)+`}`))),
			"a kubeconfig":       d.Inspect("data.config", "config", "users:\n- name: a\n  user:\n    client-key-data: "+base64.StdEncoding.EncodeToString([]byte(key))+"\n"),
			"a bundle":           d.Inspect("data.x", "x", certificate()+key+certificate()),
			"a Secret in a text": d.Inspect("data[s.yaml]", "s.yaml", "kind: Secret\ndata:\n  tls.key: "+base64.StdEncoding.EncodeToString([]byte(key))+"\n"),
			"a here-document":    d.Pod(&corev1.PodSpec{Containers: []corev1.Container{{Command: []string{"sh", "-c", "cat > k <<EOF\n" + key + "EOF\nexec app\n"}}}}),
		} {
			if len(found) != 1 || found[0].Rule != "private-key" || !found[0].Sure {
				t.Errorf("%s in %s: got %+v", name, place, found)
				continue
			}
			if part := leaks(telling(found[0]), strings.Split(key, "\n")[1]); part != "" {
				t.Errorf("%s in %s: %q stands in %s", name, place, part, telling(found[0]))
			}
		}
	}
}

// TestEveryNameHasAWord holds that each name of a credential is seen within a text, where only words of the automaton make one look.
func TestEveryNameHasAWord(t *testing.T) {
	d := Default()
	names := []string{"bindPW", "rootPW", "olcRootPW", "githubPAT", "DBPW", "pw"}
	for w, r := range roles {
		if r&isCredential != 0 {
			names = append(names, w)
		}
	}
	for _, e := range tails {
		names = append(names, "corp"+e.text)
	}
	for _, name := range names {
		if !slices.ContainsFunc(d.words.scan(name), func(h hit) bool { return d.terms[h.word].name }) {
			t.Errorf("%s has no word", name)
		}
	}
	for _, name := range names[:6] {
		for _, text := range []string{"a: b\n" + name + ": hunter3-Prod9x7Kq2v\n", `{"a":{"` + name + `":"hunter3-Prod9x7Kq2v"}}`, "A=b\n" + name + "=hunter3-Prod9x7Kq2v\n"} {
			if found := d.Inspect("data.x", "x", text); len(found) != 1 || found[0].Print != d.Print("hunter3-Prod9x7Kq2v") {
				t.Errorf("%q: got %+v", text, found)
			}
		}
	}
}

// TestEveryProgramHasAWord holds the same of programs, in a script as in a list of arguments.
func TestEveryProgramHasAWord(t *testing.T) {
	d := Default()
	for program, flag := range shorts {
		login, value, want := "", "hunter3-prod", "hunter3-prod"
		switch program {
		case "docker", "podman", "nerdctl", "helm", "skopeo", "buildah", "crane", "oras", "az":
			login = "login "
		case "curl", "http":
			value = "a:" + value
		case "smbclient":
			value = "a%" + value
		}
		line := program + " " + login + "-" + flag + " " + value
		if glued(program) {
			line = program + " -" + flag + value
		}
		for what, found := range map[string][]model.Exposure{
			"a script":            d.Inspect("data[run.sh]", "run.sh", "#!/bin/sh\nset -e\n"+line+" x\n"),
			"a line":              d.Inspect("data.x", "x", line+" x"),
			"a list of arguments": d.List("spec.args", "args", strings.Fields(line)[1:], []string{program}),
			"a list in JSON":      d.Inspect("data.x", "x", `{"command":["`+strings.ReplaceAll(line, " ", `","`)+`"]}`),
		} {
			if len(found) != 1 || found[0].Print != d.Print(want) {
				t.Errorf("%s in %s: got %+v", line, what, found)
			}
		}
	}
}

// TestList holds that lists out of objects of any type are read as those of pods are.
func TestList(t *testing.T) {
	d := Default()
	token := fill("ghp_{a36}")
	for _, tt := range []struct {
		name         string
		list, before []string
		want         string
	}{
		{"args", []string{"--password", "hunter3-prod", "run"}, nil, "[1] password name"},
		{"args", []string{"-uroot", "-phunter3-prod"}, []string{"/usr/bin/mysql", "-h", "db"}, "[1] -p flag"},
		{"args", []string{"-p", "8080:80", "nginx"}, []string{"docker", "run"}, ""},
		{"args", []string{"hunter3-prod"}, []string{"app", "--password"}, ""},
		{"command", []string{"sh", "-c", "A=b\nexport DB_PASSWORD=hunter3-prod\n"}, nil, "[2]:2 DB_PASSWORD name env"},
		{"passwords", []string{"hunter3-prod"}, nil, "[0] passwords name"},
		{"files", []string{`{"password":"hunter3-prod"}`}, nil, "[0].password password name json"},
		{"files", []string{"x", inBase64("token=" + token)}, nil, "[1] token github-token base64"},
		{"hosts", []string{"db", "postgres://app:hunter3-prod@db/x"}, nil, "[1] hosts url-password url"},
	} {
		got := told(d.List("spec.x", tt.name, tt.list, tt.before), "spec.x")
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.list, got, tt.want)
		}
	}
}
