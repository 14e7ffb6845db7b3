package secret

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"canopy/model"
)

// authorityPEM makes a CA bundle of certificates that end after the given days, in base64.
func authorityPEM(t testing.TB, days ...int) string {
	t.Helper()
	var all []byte
	for _, n := range days {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: fmt.Sprint("ca-", n)}, NotBefore: today().at.AddDate(-9, 0, 0), NotAfter: today().at.AddDate(0, 0, n)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return base64.StdEncoding.EncodeToString(all)
}

// TestBundles holds that certificates are told of without reading a Secret, and that a bundle is as good as its best.
func TestBundles(t *testing.T) {
	for _, c := range []struct {
		object, path string
	}{
		{"kind: ValidatingWebhookConfiguration\nmetadata: {name: x}\nwebhooks: [{name: a, clientConfig: {}}, {name: b, clientConfig: {caBundle: CA}}]", "webhooks[1].clientConfig.caBundle"},
		{"kind: MutatingWebhookConfiguration\nmetadata: {name: x}\nwebhooks: [{name: b, clientConfig: {caBundle: CA}}]", "webhooks[0].clientConfig.caBundle"},
		{"kind: APIService\nmetadata: {name: x}\nspec: {caBundle: CA}", "spec.caBundle"},
		{"kind: CustomResourceDefinition\nmetadata: {name: x}\nspec: {conversion: {webhook: {clientConfig: {caBundle: CA}}}}", "spec.conversion.webhook.clientConfig.caBundle"},
	} {
		for _, end := range []struct {
			days     []int
			severity string
		}{{[]int{400}, ""}, {[]int{20}, "medium"}, {[]int{-1}, "high"}, {[]int{-1, 400}, ""}, {[]int{-1, 20}, "medium"}} {
			text := replace(c.object, authorityPEM(t, end.days...))
			b := newCourt(t).put(text)
			object := read(t, text)[0].Ref()
			want := []string{}
			if end.severity != "" {
				want = []string{"SE08 " + object.String() + " " + end.severity}
			}
			if got := b.short(); !slices.Equal(got, want) {
				t.Errorf("%s %v: got %q, want %q", c.path, end.days, got, want)
			}
			last := slices.Max(end.days)
			list := b.a.Certificates(b.c)
			if len(list) != 1 || list[0].Path != c.path || list[0].Subject != fmt.Sprint("CN=ca-", last) || list[0].Until != today().at.AddDate(0, 0, last).Unix() {
				t.Errorf("%s: got %+v", c.path, list)
			}
			if b.put(replace(c.object, "''")); len(b.a.Certificates(b.c))+b.a.Len()+b.a.alarms.Len() > 0 {
				t.Errorf("%s: left %q", c.path, b.short())
			}
		}
	}
}

// TestTimePasses winds the clock from moment to moment: the analyser is woken at each at which something changes, and says then what
// one that is made then would say.
func TestTimePasses(t *testing.T) {
	b := newCourt(t).put(store, reader,
		"kind: Secret\nmetadata: {name: db, annotations: {made: '2026-01-01', wrote: '2026-10-01'}}\ntype: Opaque",
		"kind: Secret\nmetadata: {name: t, annotations: {made: '2026-10-10', wrote: '2026-10-10', kubernetes.io/service-account.name: a}, labels: {kubernetes.io/legacy-token-last-used: '2026-11-20'}}\ntype: kubernetes.io/service-account-token",
		"kind: Secret\nmetadata: {name: r}\ntype: kubernetes.io/tls",
		"kind: Certificate\nmetadata: {name: r}\nspec: {secretName: r}\nstatus: {notAfter: '2027-03-01T00:00:00Z', renewalTime: '2027-02-10T00:00:00Z'}",
		replace("kind: APIService\nmetadata: {name: x}\nspec: {caBundle: CA}", authorityPEM(t, 100)))
	b.a.Server(model.SourceInfo{ServerCertificate: today().at.AddDate(0, 0, 50).Unix()})
	b.flush()
	var got []string
	for {
		next := b.a.Next()
		if next.IsZero() {
			break
		}
		if !next.After(b.clock.at) {
			t.Fatalf("woken at %v, which has passed", next)
		}
		b.clock.at = next
		before := b.short()
		b.a.Tick()
		b.flush()
		if n := b.anew(); n.text() == "" || !slices.Equal(n.short(), b.withoutServer()) {
			t.Fatalf("%v: got %q, at once %q", next, b.short(), n.short())
		}
		got = append(got, next.Format(time.DateTime))
		for _, f := range b.short() {
			if !slices.Contains(before, f) {
				got = append(got, f)
			}
		}
	}
	want := []string{
		"2026-12-16 00:00:00", "SE08 Cluster/cluster medium",
		"2027-01-15 00:00:00", "SE08 Cluster/cluster high",
		"2027-01-30 00:00:00", // cert-manager has until the 10th to renew it
		"2027-02-04 00:00:00", "SE08 APIService/x medium",
		"2027-02-10 01:00:00", "SE08 shop/Secret/r medium",
		"2027-03-01 00:00:00", "SE08 shop/Secret/r high",
		"2027-03-06 00:00:00", "SE08 APIService/x high",
		"2027-10-01 00:00:00", "SE08 shop/Secret/db medium",
		"2027-10-10 00:00:00", "SE08 shop/Secret/t medium",
		"2027-11-20 00:00:00", "SE07 shop/Secret/t low",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}

// withoutServer leaves out what no object of the cluster tells.
func (b *court) withoutServer() []string {
	return slices.DeleteFunc(b.short(), func(s string) bool { return s == "SE08 Cluster/cluster medium" || s == "SE08 Cluster/cluster high" })
}
