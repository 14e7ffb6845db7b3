package pieces

import (
	"slices"
	"testing"
)

func TestOf(t *testing.T) {
	const value = "s3cret-value-1"
	for _, text := range []string{
		value, " " + value + "\n", "--password=" + value, "A=b\nPASSWORD=" + value + "\nC=d\n", "password: " + value, "db: {user: app, password: " + value + "}",
		`{"password":"` + value + `","a":1}`, `password = "` + value + `"`, "postgres://app:" + value + "@db.shop.svc:5432/x?sslmode=disable", "--dsn=postgres://app:" + value + "@db/x",
		"-p " + value, "requirepass " + value, "define('DB', '" + value + "');",
	} {
		found := false
		Of(text, func(piece string) { found = found || piece == value })
		if !found {
			t.Errorf("%q: not found", text)
		}
	}
	const spaced = "correct horse battery, staple"
	for _, text := range []string{"PHRASE=" + spaced, "phrase: \"" + spaced + "\"", "a: b\nphrase: '" + spaced + "'\n", spaced} {
		found := false
		Of(text, func(piece string) { found = found || piece == spaced })
		if !found {
			t.Errorf("%q: not found", text)
		}
	}
	Of("a=b c:d \"short\" 1234567", func(piece string) {
		if len(piece) < Shortest {
			t.Errorf("%q is too short", piece)
		}
	})
}

func TestPublic(t *testing.T) {
	var got []string
	for _, name := range []string{"username", "DB_USER", "dbHost", "port", "report", "password", "url", "tls.key", "POSTGRES_DB", "clientName", "token"} {
		if Public(name) {
			got = append(got, name)
		}
	}
	if want := []string{"username", "DB_USER", "dbHost", "port", "POSTGRES_DB", "clientName"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
