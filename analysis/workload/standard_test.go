package workload

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/yaml"
)

// oracle is the library's evaluator, made to tell the ids of the checks that fail.
type oracle struct {
	evaluator policy.Evaluator
	failed    []string
}

func newOracle(t testing.TB) *oracle {
	o := &oracle{}
	checks := policy.DefaultChecks()
	for i := range checks {
		id := string(checks[i].ID)
		for j := range checks[i].Versions {
			inner := checks[i].Versions[j].CheckPod
			checks[i].Versions[j].CheckPod = func(m *metav1.ObjectMeta, s *corev1.PodSpec) policy.CheckResult {
				r := inner(m, s)
				if !r.Allowed {
					o.failed = append(o.failed, id)
				}
				return r
			}
		}
	}
	evaluator, err := policy.NewEvaluator(checks, nil)
	if err != nil {
		t.Fatal(err)
	}
	o.evaluator = evaluator
	return o
}

func (o *oracle) failing(level api.Level, version api.Version, t *corev1.PodTemplateSpec) []string {
	o.failed = nil
	o.evaluator.EvaluatePod(api.LevelVersion{Level: level, Version: version}, &t.ObjectMeta, &t.Spec)
	return o.failed
}

func ours(level api.Level, version api.Version, t *corev1.PodTemplateSpec) []string {
	var ids []string
	for _, v := range Violations(level, version, t) {
		ids = append(ids, v.Check)
	}
	return slices.Compact(ids)
}

// levelVersions lists every level at every version, the odd ones too.
func levelVersions() []api.LevelVersion {
	var list []api.LevelVersion
	for _, level := range []api.Level{api.LevelPrivileged, api.LevelBaseline, api.LevelRestricted, "nonsense"} {
		for minor := range NewestMinor + 3 {
			list = append(list, api.LevelVersion{Level: level, Version: api.MajorMinorVersion(1, minor)})
		}
		list = append(list, api.LevelVersion{Level: level, Version: api.LatestVersion()}, api.LevelVersion{Level: level},
			api.LevelVersion{Level: level, Version: api.MajorMinorVersion(0, 30)}, api.LevelVersion{Level: level, Version: api.MajorMinorVersion(2, 0)})
	}
	return list
}

func compareWithLibrary(t *testing.T, o *oracle, name string, pod *corev1.PodTemplateSpec, versions []api.LevelVersion) {
	t.Helper()
	for _, lv := range versions {
		want, got := o.failing(lv.Level, lv.Version, pod), ours(lv.Level, lv.Version, pod)
		if !slices.Equal(want, got) {
			data, _ := yaml.Marshal(pod)
			t.Fatalf("%s at %s: library %v, ours %v\n%s", name, lv.String(), want, got, data)
		}
	}
}

func TestStandardsKnowEveryCheck(t *testing.T) {
	var want, got []string
	for _, c := range policy.DefaultChecks() {
		want = append(want, string(c.ID))
		for _, v := range c.Versions {
			if v.MinimumVersion.Minor() > NewestMinor {
				t.Errorf("%s has a form from %s on, NewestMinor is %d", c.ID, v.MinimumVersion, NewestMinor)
			}
		}
	}
	for _, s := range standards {
		got = append(got, s.id)
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("the library has\n%v, we have\n%v", want, got)
	}
	if n := len(policy.ExperimentalChecks()); n != 0 {
		t.Errorf("the library has %d experimental checks", n)
	}
}

func TestViolationsEqualLibrary(t *testing.T) {
	n := 1000
	if os.Getenv("CANOPY_LONG") != "" {
		n = 100000
	}
	o, versions := newOracle(t), levelVersions()
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		compareWithLibrary(t, o, fmt.Sprintf("random pod %d", i), randomTemplate(rng), versions)
	}
}

// TestJudgeEqualsNewestPolicy holds that rules and checks agree: a pod shows a rule exactly where restricted, or baseline
// for what restricted overrides, forbids it.
func TestJudgeEqualsNewestPolicy(t *testing.T) {
	checks := map[string][]string{
		"PS01": {"privileged"}, "PS06": {"hostPathVolumes"}, "PS08": {"hostPorts"}, "PS09": {"allowPrivilegeEscalation"}, "PS10": {"runAsNonRoot"},
		"PS11": {"runAsUser"}, "PS13": {"capabilities_baseline"}, "PS15": {"capabilities_restricted"},
		"PS16": {"seccompProfile_baseline", "seccompProfile_restricted"}, "PS17": {"appArmorProfile"}, "PS18": {"seLinuxOptions"},
		"PS19": {"procMount_restricted"}, "PS20": {"sysctls"}, "PS21": {"windowsHostProcess"}, "PS22": {"hostProbesAndHostLifecycle"}, "PS23": {"restrictedVolumes"},
	}
	o := newOracle(t)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range 3000 {
		pod := randomTemplate(rng)
		emptyDirs(&pod.Spec)
		failing := slices.Concat(o.failing(api.LevelBaseline, api.LatestVersion(), pod), o.failing(api.LevelRestricted, api.LatestVersion(), pod))
		hits := Judge(pod)
		for rule, ids := range checks {
			want := slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(failing, id) })
			got := slices.ContainsFunc(hits, func(h Hit) bool { return h.Rule == rule })
			if want != got {
				data, _ := yaml.Marshal(pod)
				t.Fatalf("pod %d: %s is %t, the library says %v\n%s", i, rule, got, failing, data)
			}
		}
		shares := slices.ContainsFunc(hits, func(h Hit) bool { return h.Rule == "PS02" || h.Rule == "PS03" || h.Rule == "PS04" })
		if shares != slices.Contains(failing, "hostNamespaces") {
			t.Fatalf("pod %d: host namespaces", i)
		}
	}
}

// TestViolationsOnFixtures reads the pods that the library is tested with, which lie beside it in the module cache.
func TestViolationsOnFixtures(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/pod-security-admission").Output()
	dir := filepath.Join(strings.TrimSpace(string(out)), "test", "testdata")
	if _, stat := os.Stat(dir); err != nil || stat != nil {
		if os.Getenv("CANOPY_LAB_REQUIRED") == "1" {
			t.Fatalf("the fixtures of k8s.io/pod-security-admission are not at %s (%v)", dir, err)
		}
		t.Skipf("NOT TESTED: the fixtures of k8s.io/pod-security-admission are not at %s (%v)", dir, err)
	}
	o := newOracle(t)
	n := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yaml" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		pod := &corev1.Pod{}
		if err := yaml.UnmarshalStrict(data, pod); err != nil {
			return err
		}
		parts := strings.Split(filepath.ToSlash(path), "/")
		level, version, verdict := parts[len(parts)-4], parts[len(parts)-3], parts[len(parts)-2]
		v, err := api.ParseVersion(version)
		if err != nil {
			return err
		}
		spec := &corev1.PodTemplateSpec{ObjectMeta: pod.ObjectMeta, Spec: pod.Spec}
		emptyDirs(&spec.Spec)
		compareWithLibrary(t, o, path, spec, []api.LevelVersion{{Level: api.Level(level), Version: v}, {Level: api.LevelRestricted, Version: api.LatestVersion()}, {Level: api.LevelBaseline, Version: api.LatestVersion()}})
		if found := ours(api.Level(level), v, spec); (len(found) > 0) != (verdict == "fail") {
			t.Errorf("%s: %v", path, found)
		}
		n++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n < 1000 {
		t.Errorf("only %d fixtures", n)
	}
	t.Logf("%d fixtures", n)
}

// emptyDirs does what the API server does before policies see a pod: a volume without a source is an empty directory.
func emptyDirs(s *corev1.PodSpec) {
	for i := range s.Volumes {
		if s.Volumes[i].VolumeSource == (corev1.VolumeSource{}) {
			s.Volumes[i].EmptyDir = &corev1.EmptyDirVolumeSource{}
		}
	}
}
