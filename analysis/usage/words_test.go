package usage

import (
	"testing"
	"unicode/utf8"

	"canopy/model"
)

func TestAgainst(t *testing.T) {
	for _, c := range []struct {
		x            model.Sample
		l            Limits
		want, memory string
	}{
		{model.Sample{CPU: 480, Memory: 120 << 20}, Limits{CPULimit: 500, CPURequest: 100, MemoryLimit: 128 << 20}, "480m of 500m limit (96 %)", "120Mi of 128Mi limit (94 %)"},
		{model.Sample{CPU: 480, Memory: 1 << 30}, Limits{CPURequest: 250, MemoryRequest: 1 << 29}, "480m of 250m request, no limit (192 %)", "1Gi of 512Mi request, no limit (200 %)"},
		{model.Sample{CPU: 2000, Memory: 3 << 29}, Limits{}, "2, no limit", "1.5Gi, no limit"},
		{model.Sample{}, Limits{CPULimit: 15_500, MemoryLimit: 1000}, "0 of 15.5 limit (0 %)", "0 of 1000 limit (0 %)"},
		{model.Sample{CPU: 1 << 60, Memory: 1 << 60}, Limits{CPULimit: 1, MemoryLimit: 1}, "1152921504606847.0 of 1m limit (115292150460684697600 %)", "1024Pi of 1 limit (115292150460684697600 %)"},
	} {
		if got := Against(c.x, c.l); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if got := AgainstMemory(c.x, c.l); got != c.memory {
			t.Errorf("got %q, want %q", got, c.memory)
		}
	}
}

func TestSpark(t *testing.T) {
	s := line(0, 1, 500, 1000, 250, 0)
	for _, c := range []struct {
		s     *model.Series
		width int
		ascii bool
		want  string
	}{
		{s, 6, false, "▁▂▅█▃▁"},
		{s, 6, true, "_.-#,_"},
		{s, 8, false, "  ▁▂▅█▃▁"},
		{s, 3, false, "█▃▁"},
		{s, 2, false, "█▁"},
		{s, 0, false, ""},
		{s, -1, true, ""},
		{nil, 3, true, "   "},
		{line(0, 0), 2, true, "__"},
		{line(1<<60, 1<<60), 2, false, "██"},
		{line(7, 7, 7), 3, true, "###"},
	} {
		got := Spark(c.s, c.width, c.ascii)
		if got != c.want || utf8.RuneCountInString(got) != max(c.width, 0) {
			t.Errorf("%v in %d cells: %q, want %q", c.s.All(), c.width, got, c.want)
		}
	}
	if got := SparkMemory(line(0, 5), 2, false); got != "██" {
		t.Errorf("memory: %q", got)
	}
}
