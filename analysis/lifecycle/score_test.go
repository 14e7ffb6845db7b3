package lifecycle

import (
	"testing"

	"sigs.k8s.io/yaml"
)

// TestScores works out the scores of all vectors of k8s-cves and compares them with those that stand beside them.
func TestScores(t *testing.T) {
	compared := 0
	for _, d := range raw(t, "k8s-cves.tar.gz") {
		var file struct {
			CVE  string
			CVSS map[string]struct {
				ScoreV3  float64
				VectorV3 string
			}
		}
		if err := yaml.Unmarshal(d.Data, &file); err != nil {
			t.Fatal(err)
		}
		for by, c := range file.CVSS {
			if c.VectorV3 == "" {
				continue
			}
			compared++
			if got := score3(c.VectorV3); got != c.ScoreV3 {
				t.Errorf("%s by %s: %s is %v, want %v", file.CVE, by, c.VectorV3, got, c.ScoreV3)
			}
		}
	}
	if compared < 80 {
		t.Errorf("%d vectors were compared", compared)
	}
	for _, vector := range []string{"", "CVSS:3.1", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:X/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"} {
		if got := score3(vector); got != 0 {
			t.Errorf("%s is %v", vector, got)
		}
	}
}
