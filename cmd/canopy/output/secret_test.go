package output

import (
	"bytes"
	"strings"
	"testing"

	"canopy/model"
)

// TestInspected holds that nothing is called inspected that could not be read, and that what was read is shown.
func TestInspected(t *testing.T) {
	secret := func(name string, f *Facts) Secret {
		return Secret{Ref: model.Ref{Version: "v1", Kind: "Secret", Namespace: "shop", Name: name}, Type: "Opaque", Facts: f}
	}
	denied := &Facts{Failed: "secrets is forbidden"}
	for _, c := range []struct {
		secrets []Secret
		values  string
		says    []string
		unseen  int
	}{
		{[]Secret{secret("a", denied), secret("b", denied)}, "metadata", []string{"2 Secrets, of which 0 could be read", "0 of 2 Secrets inspected: secrets is forbidden", "could not be read"}, 1},
		{[]Secret{secret("a", &Facts{WeakKeys: []string{"RSA 1024"}}), secret("b", denied)}, "partly inspected", []string{"1 of 2 Secrets inspected", "weak key", "RSA 1024"}, 1},
		{[]Secret{secret("a", &Facts{Registries: []string{"registry.example"}})}, "inspected", []string{"1 Secret, each read once for facts", "registry.example"}, 0},
		{[]Secret{secret("a", nil)}, "metadata", []string{"0 of 1 Secret inspected"}, 1},
	} {
		d := &Secrets{Secrets: c.secrets}
		d.Secrets[0].Copies = []Evidence{{Evidence: model.Evidence{Object: model.Ref{Version: "v1", Kind: "ConfigMap", Namespace: "shop", Name: "m"}, Path: "data.p"}}}
		d.Finish(true)
		var b bytes.Buffer
		if err := d.Write(&b, Style{}); err != nil {
			t.Fatal(err)
		}
		if d.Values != c.values || len(d.Unseen) != c.unseen {
			t.Errorf("values %q, not seen %q; want %q", d.Values, d.Unseen, c.values)
		}
		for _, says := range append(c.says, "a value in plain text") {
			if !strings.Contains(b.String(), says) {
				t.Errorf("lacks %q:\n%s", says, b.String())
			}
		}
	}
}
