package output

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	old := "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\n"
	now := "a\nb\nC\nd\ne\nf\ng\nh\ni\nj\nk\nl\nm\nn\no\n"
	want := "--- a/x.yaml\n+++ b/x.yaml\n@@ -1,6 +1,6 @@\n a\n b\n-c\n+C\n d\n e\n f\n@@ -12,3 +12,4 @@\n l\n m\n n\n+o\n"
	if got := Diff("x.yaml", "x.yaml", old, now); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := Diff("x", "x", old, old); got != "" {
		t.Errorf("no difference: %s", got)
	}
	if got, want := Diff("", "/tmp/x", "", "a"), "--- /dev/null\n+++ b/tmp/x\n@@ -0,0 +1,1 @@\n+a\n\\ No newline at end of file\n"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := Diff("x", "x", "a\r\n", "b\r\n"); strings.Contains(got, "\r") {
		t.Errorf("%q", got)
	}
}

// TestDiffIsOnePatchTakes has patch apply what was printed: random texts become what they were to become.
func TestDiffIsOnePatchTakes(t *testing.T) {
	patch, err := exec.LookPath("patch")
	if err != nil {
		t.Skip("no patch here")
	}
	r := rand.New(rand.NewPCG(1, 2))
	text := func() []string {
		lines := make([]string, 1+r.IntN(60))
		for i := range lines {
			lines[i] = string(rune('a' + r.IntN(8)))
		}
		return lines
	}
	for range 150 {
		lines := text()
		edited := append([]string{}, lines...)
		for range r.IntN(6) {
			at := r.IntN(len(edited))
			switch r.IntN(3) {
			case 0:
				edited[at] = "x"
			case 1:
				edited = append(edited[:at:at], append([]string{"y"}, edited[at:]...)...)
			default:
				if len(edited) > 1 {
					edited = append(edited[:at:at], edited[at+1:]...)
				}
			}
		}
		old, now := strings.Join(lines, "\n")+"\n", strings.Join(edited, "\n")
		if r.IntN(3) > 0 {
			now += "\n"
		}
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte(old), 0o600); err != nil {
			t.Fatal(err)
		}
		difference := Diff("x", "x", old, now)
		if difference == "" {
			continue
		}
		command := exec.Command(patch, "--quiet", path)
		command.Stdin = strings.NewReader(difference)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s\n%s", err, out, difference)
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != now {
			t.Fatalf("%v: %q becomes %q, want %q\n%s", err, old, got, now, difference)
		}
	}
}

// TestDiffOfMuch gives up on the shortest way where nearly all differs, and is right all the same.
func TestDiffOfMuch(t *testing.T) {
	var old, now strings.Builder
	for i := range 3 * effort {
		old.WriteString(strings.Repeat("a", i%97) + "\n")
		now.WriteString(strings.Repeat("b", i%89) + "\n")
	}
	difference := Diff("x", "x", old.String(), now.String())
	var was, is strings.Builder
	for l := range strings.Lines(difference) {
		switch {
		case strings.HasPrefix(l, "---"), strings.HasPrefix(l, "+++"), strings.HasPrefix(l, "@@"):
		case l[0] == '-':
			was.WriteString(l[1:])
		case l[0] == '+':
			is.WriteString(l[1:])
		default:
			was.WriteString(l[1:])
			is.WriteString(l[1:])
		}
	}
	if was.String() != old.String() || is.String() != now.String() {
		t.Error("the difference does not hold both texts")
	}
}
