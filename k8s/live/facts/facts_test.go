package facts

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"hash/maphash"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"

	"canopy/model"
	"canopy/model/record"
	"canopy/model/scheme"
)

func armour(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// rsaOf makes a key of a size that the standard library would refuse to make.
func rsaOf(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	if bits >= 2048 {
		return must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, bits))
	}
	e := big.NewInt(65537)
	for {
		p, q := must[*big.Int](t)(rand.Prime(rand.Reader, bits/2)), must[*big.Int](t)(rand.Prime(rand.Reader, bits/2))
		one := big.NewInt(1)
		phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
		d := new(big.Int).ModInverse(e, phi)
		n := new(big.Int).Mul(p, q)
		if d != nil && n.BitLen() == bits && p.Cmp(q) != 0 {
			return &rsa.PrivateKey{PublicKey: rsa.PublicKey{N: n, E: 65537}, D: d, Primes: []*big.Int{p, q}}
		}
	}
}

// pkcs1 writes a key as RFC 8017 has it.
func pkcs1(t *testing.T, k *rsa.PrivateKey) []byte {
	return must[[]byte](t)(asn1.Marshal(struct {
		Version                        int
		N, E, D, P, Q, DP, DQ, Inverse *big.Int
	}{0, k.N, big.NewInt(int64(k.E)), k.D, k.Primes[0], k.Primes[1], big.NewInt(1), big.NewInt(1), big.NewInt(1)}))
}

func sshString(data ...[]byte) (out []byte) {
	for _, d := range data {
		out = binary.BigEndian.AppendUint32(out, uint32(len(d)))
		out = append(out, d...)
	}
	return out
}

func TestWeakKeys(t *testing.T) {
	small, large := rsaOf(t, 1024), rsaOf(t, 2048)
	p224, p256 := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P224(), rand.Reader)), must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	curve192 := must[[]byte](t)(asn1.Marshal(struct {
		Version int
		Key     []byte
		Curve   asn1.ObjectIdentifier `asn1:"explicit,tag:0"`
	}{1, make([]byte, 24), asn1.ObjectIdentifier{1, 2, 840, 10045, 3, 1, 1}}))
	p := new(big.Int).Lsh(big.NewInt(1), 1023)
	dsaKey := must[[]byte](t)(asn1.Marshal([]*big.Int{{}, p, big.NewInt(7), big.NewInt(2), big.NewInt(3), big.NewInt(4)}))
	inPKCS8 := must[[]byte](t)(asn1.Marshal(struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
	}{0, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, Parameters: asn1.NullRawValue}, pkcs1(t, small)}))
	ssh := func(public []byte) []byte {
		return append([]byte("openssh-key-v1\x00"), append(append(sshString([]byte("none"), []byte("none"), nil), 0, 0, 0, 1), sshString(public, []byte("private"))...)...)
	}
	for name, c := range map[string]struct {
		value []byte
		want  []string
	}{
		"RSA 1024":            {armour("RSA PRIVATE KEY", pkcs1(t, small)), []string{"RSA 1024"}},
		"RSA 1024 in PKCS#8":  {armour("PRIVATE KEY", inPKCS8), []string{"RSA 1024"}},
		"RSA 2048":            {armour("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(large)), nil},
		"RSA 2048 in PKCS#8":  {armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(large))), nil},
		"P-224":               {armour("EC PRIVATE KEY", must[[]byte](t)(x509.MarshalECPrivateKey(p224))), nil},
		"P-256 in PKCS#8":     {armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(p256))), nil},
		"P-192":               {armour("EC PRIVATE KEY", curve192), []string{"ECDSA P-192"}},
		"Ed25519":             {armour("PRIVATE KEY", must[[]byte](t)(x509.MarshalPKCS8PrivateKey(ed))), nil},
		"DSA":                 {armour("DSA PRIVATE KEY", dsaKey), []string{"DSA 1024"}},
		"SSH, RSA 1024":       {armour("OPENSSH PRIVATE KEY", ssh(sshString([]byte("ssh-rsa"), []byte{1, 0, 1}, append([]byte{0}, small.N.Bytes()...)))), []string{"RSA 1024"}},
		"SSH, DSA":            {armour("OPENSSH PRIVATE KEY", ssh(sshString([]byte("ssh-dss"), p.Bytes()))), []string{"DSA 1024"}},
		"encrypted":           {[]byte("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n" + strings.Split(string(armour("X", pkcs1(t, small))), "-----")[2] + "-----END RSA PRIVATE KEY-----\n"), nil},
		"after other text":    {append([]byte("key: |\n-----BEGIN x\n"), armour("RSA PRIVATE KEY", pkcs1(t, small))...), []string{"RSA 1024"}},
		"twice":               {bytes.Repeat(armour("RSA PRIVATE KEY", pkcs1(t, small)), 2), []string{"RSA 1024"}},
		"broken":              {armour("RSA PRIVATE KEY", []byte{0x30, 0x82, 1}), nil},
		"broken, in brackets": {armour("EC PRIVATE KEY", []byte{0x30, 3, 0xa0, 5, 6}), nil},
		"no PEM":              {[]byte("-----BEGIN "), nil},
	} {
		if _, weak := PEM("k", c.value); !reflect.DeepEqual(weak, c.want) {
			t.Errorf("%s: %v, want %v", name, weak, c.want)
		}
	}
}

func TestCertificates(t *testing.T) {
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	from := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "web.shop"}, NotBefore: from, NotAfter: from.AddDate(0, 3, 0), IsCA: true, BasicConstraintsValid: true}
	der := must[[]byte](t)(x509.CreateCertificate(rand.Reader, template, template, key.Public(), key))
	list, weak := PEM("tls.crt", append(armour("CERTIFICATE", []byte("broken")), armour("CERTIFICATE", der)...))
	if len(list) != 1 || weak != nil {
		t.Fatalf("%v %v", list, weak)
	}
	c := list[0]
	if c.Key != "tls.crt" || c.Subject != "CN=web.shop" || c.Issuer != "CN=web.shop" || c.Algorithm != "ECDSA P-256" || c.From != from.Unix() || c.Until != from.AddDate(0, 3, 0).Unix() || !c.CA {
		t.Errorf("%+v", c)
	}
}

type printer struct{ seed maphash.Seed }

func (p printer) Print(value string) uint64 { return maphash.String(p.seed, value) }

// wire writes a Secret as the API server does.
func wire(t *testing.T, s *corev1.Secret) []byte {
	t.Helper()
	var out bytes.Buffer
	s.SetGroupVersionKind(corev1.SchemeGroupVersion.WithKind("Secret"))
	if err := protobuf.NewSerializer(scheme.Types(), scheme.Types()).Encode(runtime.Object(s), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestOf(t *testing.T) {
	p := printer{maphash.MakeSeed()}
	immutable := true
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "pull", Namespace: "shop", ResourceVersion: "77", Annotations: map[string]string{"a": "b"}},
		Type: corev1.SecretTypeDockerConfigJson, Immutable: &immutable, Data: map[string][]byte{
			corev1.DockerConfigJsonKey: []byte(`{"credsStore":"x","auths":{"registry.example":{"auth":"dXNlcjpwYXNz"},"https://index.docker.io/v1/":{"username":"u","password":"CANARY"}}}`),
			"short":                    []byte("1234567"), "long": []byte("CANARY-long\n"), "empty": nil}}
	answer := wire(t, secret)
	read, err := Read(answer)
	if err != nil {
		t.Fatal(err)
	}
	f := Of(read, p)
	if f.Version != "77" || !reflect.DeepEqual(f.Registries, []string{"index.docker.io", "registry.example"}) {
		t.Errorf("%+v", f)
	}
	// In the order of the keys, which the server sorts: what is told of prints must not hang on the numbers.
	want := []uint64{p.Print(string(secret.Data[corev1.DockerConfigJsonKey])), p.Print("CANARY-long\n"), p.Print("CANARY-long")}
	if !reflect.DeepEqual(f.Prints, want) {
		t.Errorf("prints %v, want %v", f.Prints, want)
	}
	if f := Of(read, nil); f.Prints != nil {
		t.Error("prints without a printer")
	}
	clear(answer)
	for i, v := range read.Values {
		if bytes.ContainsFunc(v, func(r rune) bool { return r != 0 }) {
			t.Errorf("%s was copied: clearing the answer does not clear it", read.Keys[i])
		}
	}
	old, err := Read(wire(t, &corev1.Secret{Type: corev1.SecretTypeDockercfg, Data: map[string][]byte{corev1.DockerConfigKey: []byte(`{"a.example":{}}`)}}))
	if f := Of(old, p); err != nil || !reflect.DeepEqual(f.Registries, []string{"a.example"}) {
		t.Errorf("%v %+v", err, f)
	}
}

// hider is a printer that knows a credential where it is a key.
type hider struct{ printer }

func (hider) Key(_, key string) (string, []model.Exposure) {
	if strings.Contains(key, "canary") {
		return record.Hidden, nil
	}
	return key, nil
}

// TestRegistry holds that a registry is told by its host alone, if that is one.
func TestRegistry(t *testing.T) {
	for name, want := range map[string]string{
		"registry.example": "registry.example", "Registry.Example:5000": "Registry.Example:5000", "localhost": "localhost", "127.0.0.1:5000": "127.0.0.1:5000",
		"https://index.docker.io/v1/": "index.docker.io", "registry.example/team": "registry.example", "*.registry.example": unnamed,
		"https://robot:hunter2@registry.example/v2/": "registry.example", "robot:hunter2@registry.example": "registry.example", "https://robot:a@b@registry.example": "registry.example",
		"robot:hunter2": unnamed, "hunter2": unnamed, "ghp_hunter2.x": unnamed, "": unnamed, "a..b": unnamed, "-a.b": unnamed, "registry.example:99999": unnamed,
		"registry.example?token=hunter2": "registry.example", strings.Repeat("a", 64) + ".b": unnamed, strings.Repeat("a.", 130) + "b": unnamed, "reg\nistry.example": unnamed,
	} {
		if got := registry(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	config := []byte(`{"https://u:hunter2@a.example":{},"canary.example":{},"b.example":{}}`)
	f := Of(&Secret{Type: string(corev1.SecretTypeDockercfg), Keys: []string{corev1.DockerConfigKey}, Values: [][]byte{config}}, hider{printer{maphash.MakeSeed()}})
	if want := []string{"a.example", "b.example", unnamed}; !reflect.DeepEqual(f.Registries, want) {
		t.Errorf("%q, want %q", f.Registries, want)
	}
}

// FuzzRead looks that no answer makes reading fail otherwise than with an error that says nothing of it.
func FuzzRead(f *testing.F) {
	f.Add([]byte("k8s\x00\x12\x06\x12\x04\x0a\x00\x12\x00"))
	f.Add([]byte(`{"data":{"a":"CANARY"}}`))
	f.Fuzz(func(t *testing.T, answer []byte) {
		s, err := Read(answer)
		if err != nil {
			if !errors.Is(err, ErrForm) {
				t.Error(err)
			}
			return
		}
		Of(s, printer{maphash.MakeSeed()})
	})
}
