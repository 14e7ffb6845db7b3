package lifecycle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func small(asOf Day) *Update {
	return &Update{Generated: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), Tables: []Table{
		{Kind: Support, Product: Kubernetes, Source: Source{Name: "endoflife.date", AsOf: asOf}, Cycles: []Cycle{{Name: "1.38", Released: asOf}}},
	}}
}

func at20261120(t testing.TB) Day {
	t.Helper()
	d, err := ParseDay("2026-11-20")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOwnFileReadsBackAsWritten(t *testing.T) {
	for name, u := range map[string]*Update{"one table": small(at20261120(t)), "all that is bundled": Default().Export()} {
		file, err := Encode(u)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Decode(file)
		if err != nil {
			t.Fatal(err)
		}
		if shown(again) != shown(u) || !again.Generated.Equal(u.Generated) {
			t.Errorf("%s is not what it was", name)
		}
		if twice, err := Encode(again); err != nil || !bytes.Equal(twice, file) {
			t.Errorf("%s is written in another way the second time: %v", name, err)
		}
		if known, err := ReadAny("data", file); err != nil || shown(known) != shown(Merge(u)) {
			t.Errorf("%s is not known by its content: %v", name, err)
		}
	}
}

// TestOwnFileIsRefused cuts a file at every byte, changes every byte, and adds to it.
func TestOwnFileIsRefused(t *testing.T) {
	file, err := Encode(small(at20261120(t)))
	if err != nil {
		t.Fatal(err)
	}
	body := bytes.TrimSpace(file)
	for i := range body {
		if _, err := Decode(body[:i]); err == nil {
			t.Fatalf("cut after %d bytes it is read", i)
		}
		changed := slices.Clone(body)
		changed[i] ^= 1
		// One bit of a letter may turn a name of the envelope into its other case, or a space into nothing that counts.
		if u, err := Decode(changed); err == nil && shown(u) != shown(small(at20261120(t))) {
			t.Fatalf("with byte %d changed it is read as something else", i)
		}
	}
	for _, more := range []string{"x", "{}", "\n\n1", "\x00"} {
		if _, err := Decode(append(slices.Clone(file), more...)); err == nil {
			t.Errorf("with %q behind, the file is read", more)
		}
	}
}

// packed makes a file of a payload whose sum is right.
func packed(payload string) []byte {
	sum := sha256.Sum256([]byte(payload))
	return fmt.Appendf(nil, `{"canopyData":1,"sha256":"%s","payload":%s}`, hex.EncodeToString(sum[:]), payload)
}

func TestOwnFileSaysWhatIsWrong(t *testing.T) {
	const source = `"source":{"name":"s","asOf":"2026-11-20"}`
	rows := strings.TrimSuffix(strings.Repeat(`{"version":"1.2.3"},`, maxRows+1), ",")
	for _, c := range []struct{ name, file, want string }{
		{"newer form", `{"canopyData":2,"sha256":"","payload":{"later":true}}`, "is of version 2 of the format"},
		{"other", `{"a":1}`, "is of version 0 of the format"},
		{"unknown field", `{"canopyData":1,"sha256":"","payload":{},"x":1}`, `unknown field "x"`},
		{"wrong sum", `{"canopyData":1,"sha256":"00","payload":{}}`, "was changed or damaged"},
		{"no payload", `{"canopyData":1,"sha256":"00"}`, "payload"},
		{"nothing in it", string(packed(`{"tables":[]}`)), "holds no table"},
		{"unknown field in it", string(packed(`{"tables":[],"more":1}`)), `unknown field "more"`},
		{"unknown kind", string(packed(`{"tables":[{"kind":"gossip",` + source + `}]}`)), "is of no kind that is known here"},
		{"no rows", string(packed(`{"tables":[{"kind":"releases",` + source + `}]}`)), "has rows of another kind than its own, or none"},
		{"other rows", string(packed(`{"tables":[{"kind":"releases",` + source + `,"addOns":[{"name":"a","images":["b"],"why":"","url":""}]}]}`)), "has rows of another kind"},
		{"no day", string(packed(`{"tables":[{"kind":"releases","source":{"name":"s","asOf":""},"releases":[{"version":"1.2.3"}]}]}`)), "does not say as of when it is"},
		{"absurd day", string(packed(`{"tables":[{"kind":"releases","source":{"name":"s","asOf":"2300-01-01"},"releases":[{"version":"1.2.3"}]}]}`)), "is no day between 1990-01-01 and 2100-01-01"},
		{"absurd time", string(packed(`{"generated":"0001-02-01T00:00:00Z","tables":[{"kind":"releases",` + source + `,"releases":[{"version":"1.2.3"}]}]}`)), "was made on a day that cannot be"},
		{"no version", string(packed(`{"tables":[{"kind":"releases",` + source + `,"releases":[{"version":"1.2.3"},{"version":"new"}]}]}`)), `table 1 (releases, s): row 2: version: "new" is no version`},
		{"too many rows", string(packed(`{"tables":[{"kind":"releases",` + source + `,"releases":[` + rows + `]}]}`)), "has 20001 rows"},
		{"escape", string(packed(`{"tables":[{"kind":"support","product":"\u001b[2J",` + source + `,"cycles":[{"name":"1"}]}]}`)), "is no name"},
		{"open and closed", string(packed(`{"tables":[{"kind":"vulnerabilities",` + source + `,"vulnerabilities":[{"id":"C","ranges":[{"fixed":"1.2.3","open":true}]}]}]}`)), "is open and ends"},
		{"score", string(packed(`{"tables":[{"kind":"vulnerabilities",` + source + `,"vulnerabilities":[{"id":"C","score":-1,"ranges":[]}]}]}`)), "has a score that is none"},
	} {
		if _, err := Decode([]byte(c.file)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
	if _, err := Encode(&Update{}); err == nil {
		t.Error("an update without tables is written")
	}
	if _, err := Decode(make([]byte, MaxSize+1)); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Error(err)
	}
}

func TestFilesFromTheFuture(t *testing.T) {
	u := small(at20261120(t))
	if err := u.Future(time.Date(2026, 11, 20, 11, 0, 0, 0, time.UTC)); err != nil {
		t.Errorf("a clock that is an hour late refuses it: %v", err)
	}
	u.Generated = time.Time{}
	if err := u.Future(time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)); err == nil || !strings.Contains(err.Error(), "support kubernetes of endoflife.date is as of 2026-11-20") {
		t.Error(err)
	}
	u = small(at20261120(t) - 100)
	if err := u.Future(time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC)); err == nil || !strings.Contains(err.Error(), "was made on 2026-11-20") {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	file, err := Encode(small(at20261120(f)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add(packed(`{"tables":[{"kind":"vulnerabilities","source":{"name":"s","asOf":"2026-11-20"},"vulnerabilities":[{"id":"C","ranges":[{"open":true}]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, u := range []func() (*Update, error){
			func() (*Update, error) { return Decode(data) },
			func() (*Update, error) { return decodePayload(data) },
		} {
			if read, err := u(); err == nil {
				if _, err := Encode(read); err != nil {
					t.Fatalf("what is read cannot be written: %v", err)
				}
			}
		}
	})
}
