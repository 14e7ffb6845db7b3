package detect

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"crypto/hmac"
	"crypto/sha256"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/leaves"
	"canopy/model/record"
)

// TestKey holds that keys which are credentials or hold one are hidden and found, and that others stay as they are.
func TestKey(t *testing.T) {
	d := Default()
	for _, k := range []string{"ghp_" + fill("{a36}"), "token-glpat-" + fill("{a20}"), "https://robot:hunter2-prod@registry.corp", "xoxb-1234567890123-1234567890123-" + fill("{a24}"), "password=hunter2-prod"} {
		safe, found := d.Key("data", k)
		if safe != record.Hidden || len(found) != 1 || found[0].Path != "data[…]" || found[0].Print == 0 || !strings.HasPrefix(found[0].Encoding, "key") {
			t.Errorf("%s: %q %+v", k, safe, found)
		}
		if part := leaks(telling(found[0]), strings.TrimPrefix(k, "password=")); part != "" {
			t.Errorf("%s: %q stands in %s", k, part, telling(found[0]))
		}
	}
	if safe, found := d.Key("data", fill("{a40}")); safe != record.Hidden || found != nil {
		t.Errorf("made up by a machine: %q %+v", safe, found)
	}
	for _, k := range []string{
		"", "a", corev1.LastAppliedConfigAnnotation, "deployment.kubernetes.io/revision", "application.yaml", "DB_PASSWORD", "tls.key", "id_rsa", "service-account-token", "apiKey", "checksum/secret",
		"nginx.ingress.kubernetes.io/auth-tls-verify-client", "container.apparmor.security.beta.kubernetes.io/istio-proxy", "pv.kubernetes.io/provisioned-by", "reconcile.external-secrets.io/data-hash",
		"volume.beta.kubernetes.io/storage-provisioner", "endpoints.kubernetes.io/last-change-trigger-time", "control-plane.alpha.kubernetes.io/leader", "app=web", "postgresql://db.prod.svc:5432",
	} {
		if safe, found := d.Key("data", k); safe != k || found != nil {
			t.Errorf("%s: %q %+v", k, safe, found)
		}
	}
}

// TestKeysInPaths holds that nothing of a credential stands in a path where it is a key, of objects of known and of unknown types.
func TestKeysInPaths(t *testing.T) {
	d := Default()
	token, poor := "ghp_"+fill("{a36}"), "velvet-otter-91"
	config := func(key, value string) []model.Exposure {
		r, err := record.Maker{Inspector: d}.Make(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "x", Namespace: "shop", Annotations: map[string]string{key: value}}, Data: map[string]string{key: value}})
		if err != nil {
			t.Fatal(err)
		}
		return r.(interface{ Exposed() []model.Exposure }).Exposed()
	}
	custom := func(key string, value any) []model.Exposure {
		return leaves.Inspect(d, map[string]any{"spec": map[string]any{"users": map[string]any{key: value}}})
	}
	for name, c := range map[string]struct {
		secret string
		found  []model.Exposure
		want   string
	}{
		"token in a ConfigMap":    {token, config(token, "password=hunter2-prod"), strings.Repeat("data[…] ", 2) + strings.TrimSuffix(strings.Repeat("metadata.annotations[…] ", 2), " ")},
		"password in a ConfigMap": {poor, config(poor, "password="+poor), "data[…] metadata.annotations[…]"},
		"many in one value":       {poor, config(poor, "password=other-velvet-7\npassword="+poor+"\n"), "data[…]:1 data[…]:2 metadata.annotations[…]:1 metadata.annotations[…]:2"},
		"token in a resource":     {token, custom(token, map[string]any{"password": "hunter2-prod"}), "spec.users[…] spec.users[…].password"},
		"password in a resource":  {poor, custom(poor, map[string]any{"password": poor}), "spec.users[…].password"},
		"an ordinary key":         {poor, custom("postgres", map[string]any{"password": "postgres"}), "spec.users.postgres.password"},
	} {
		var paths []string
		for _, e := range c.found {
			paths = append(paths, e.Path)
			if part := leaks(telling(e), c.secret); part != "" {
				t.Errorf("%s: %q stands in %s", name, part, telling(e))
			}
		}
		if got := strings.Join(paths, " "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestConceal holds how paths are taken apart.
func TestConceal(t *testing.T) {
	for path, want := range map[string]string{
		"spec.users.velvet-otter.name":                      "spec.users[…].name",
		"data[velvet-otter]":                                "data[…]",
		"data[a[velvet-otter]b].x":                          "data[…].x",
		"metadata.annotations[a.b/velvet-otter][0].x:7":     "metadata.annotations[…][0].x:7",
		"metadata.annotations[a.b/c][0].x:7":                "metadata.annotations[a.b/c][0].x:7",
		"velvet-otter.x":                                    "[…].x",
		"spec.list[3].":                                     "spec.list[3].",
		"spec[un":                                           "spec[un",
		"metadata.annotations[kubernetes.io/config].a:10.b": "metadata.annotations[kubernetes.io/config].a:10.b",
	} {
		if got := conceal(path, "velvet-otter"); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestPrintCopiesNothing holds that no copy of a value is made for its print, and that the hash keeps nothing of it.
func TestPrintCopiesNothing(t *testing.T) {
	d := Default()
	value := strings.Repeat("velvet-otter-91 ", 1<<16)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	d.Print(value)
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<16 {
		t.Errorf("%d bytes were taken for the print of %d", n, len(value))
	}
	// The key is fixed: under a random one, a digest that the hash may well keep begins with that byte now and then.
	key := []byte("a key of thirty-two bytes, fixed")
	for n := range 2 * sha256.BlockSize {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(strings.Repeat("\xee", n)))
		h.Sum(nil)
		if n%sha256.BlockSize > 0 && !keeps(reflect.ValueOf(h), 0xee) {
			t.Fatal("what is looked for is not seen")
		}
		wipe(h)
		if keeps(reflect.ValueOf(h), 0xee) {
			t.Errorf("of %d bytes some are kept", n)
		}
	}
}

// keeps tells whether an array of one block anywhere below a value begins with a byte.
func keeps(v reflect.Value, b uint64) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return !v.IsNil() && keeps(v.Elem(), b)
	case reflect.Struct:
		for i := range v.NumField() {
			if keeps(v.Field(i), b) {
				return true
			}
		}
	case reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Len() == sha256.BlockSize {
			return v.Index(0).Uint() == b
		}
	}
	return false
}

// TestPassphrase holds that words in a row are found under the name of a password, and sentences are not.
func TestPassphrase(t *testing.T) {
	d := Default()
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		{"PASSPHRASE", "correct horse battery staple", true},
		{"passphrase", "correct horse battery staple", true},
		{"KEY_PASSPHRASE", "correct horse battery staple", true},
		{"password", "velvet otter ninety trombone candle", true},
		{"passphrase", "the words to unlock it", false},
		{"passphrase", "used when keys are made", false},
		{"password", "Correct horse battery staple", false},
		{"PASSWORD", "three small words", false},
		{"NOTE", "correct horse battery staple", false},
	} {
		if found := d.Inspect("data.x", c.name, c.value); len(found) > 0 != c.want {
			t.Errorf("%s: %s: %+v", c.name, c.value, found)
		}
		if found := d.Inspect("data[x.yaml]", "x.yaml", fmt.Sprintf("a: 1\n%s: %s\n", c.name, c.value)); len(found) > 0 != c.want {
			t.Errorf("in YAML: %s: %s: %+v", c.name, c.value, found)
		}
	}
}
