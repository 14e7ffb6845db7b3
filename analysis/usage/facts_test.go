package usage

import (
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
	"canopy/model/record"
)

func podRecord(t *testing.T, spec corev1.PodSpec) *record.Pod {
	t.Helper()
	started := metav1.Unix(start, 0)
	r, err := record.Make(&corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "a", Name: "p"}, Spec: spec,
		Status: corev1.PodStatus{Phase: corev1.PodRunning, StartTime: &started}})
	if err != nil {
		t.Fatal(err)
	}
	return r.(*record.Pod)
}

func amounts(cpu, memory string) corev1.ResourceList {
	list := corev1.ResourceList{}
	if cpu != "" {
		list[corev1.ResourceCPU] = resource.MustParse(cpu)
	}
	if memory != "" {
		list[corev1.ResourceMemory] = resource.MustParse(memory)
	}
	return list
}

func TestFactsOf(t *testing.T) {
	pod := podRecord(t, corev1.PodSpec{
		NodeName:       "n1",
		InitContainers: []corev1.Container{{Name: "init", Image: "registry.example/init@sha256:" + hex}},
		Containers: []corev1.Container{
			{Name: "app", Image: "nginx", Resources: corev1.ResourceRequirements{Requests: amounts("250m", "64Mi"), Limits: amounts("500m", "128Mi")}},
			{Name: "side", Image: "ghcr.io/x/y:1@sha256:" + hex, Command: []string{"sh", "-c"}, Args: []string{"run --donate-level=1"}},
		},
		EphemeralContainers: []corev1.EphemeralContainer{{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Name: "debug", Image: "registry.example:5000/x:1"}}},
	})
	owner := model.Ref{Group: "apps", Kind: "Deployment", Namespace: "a", Name: "d"}
	asked := 0
	got := FactsOf(pod, Lookups{Owner: func(*record.Pod) model.Ref { return owner }, NodeCPU: func(node string) int64 { return int64(len(node)) * 1000 },
		Egress: func(p *record.Pod) bool { asked++; return p == pod }})
	if asked != 0 || !got.Egress() {
		t.Error("the way out is asked when it should not, or not passed on")
	}
	got.Egress = nil
	want := Facts{Owner: owner, Node: "n1", NodeCPU: 2000, Started: start, Containers: map[string]Container{
		"init":  {Image: "registry.example/init@sha256:" + hex},
		"app":   {Image: "nginx", Public: true, TagOnly: true, Limits: Limits{CPURequest: 250, CPULimit: 500, MemoryRequest: 64 << 20, MemoryLimit: 128 << 20}},
		"side":  {Image: "ghcr.io/x/y:1@sha256:" + hex, Public: true, Args: "--donate-level"},
		"debug": {Image: "registry.example:5000/x:1", TagOnly: true, Ephemeral: true},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	// The template that others share has no ephemeral container.
	r := NewReader(Lookups{})
	r.Of(pod)
	other := *pod
	if again := r.Of(&other); len(again.Containers) != 4 || len(r.young) != 1 || len(r.young[pod.Template]) != 3 {
		t.Errorf("a template is kept as %v", r.young)
	}
}

const hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

// TestPodLimits bounds each container by what bounds the pod.
func TestPodLimits(t *testing.T) {
	pod := podRecord(t, corev1.PodSpec{
		Resources: &corev1.ResourceRequirements{Limits: amounts("1", "")},
		Containers: []corev1.Container{{Name: "a", Image: "x"}, {Name: "b", Image: "x", Resources: corev1.ResourceRequirements{Limits: amounts("250m", "1Gi")}},
			{Name: "c", Image: "x", Resources: corev1.ResourceRequirements{Limits: amounts("2", "")}}},
	})
	f := FactsOf(pod, Lookups{})
	for name, want := range map[string]Limits{"a": {CPULimit: 1000}, "b": {CPULimit: 250, MemoryLimit: 1 << 30}, "c": {CPULimit: 1000}} {
		if got := f.Containers[name].Limits; got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if f.Owner != (model.Ref{}) || f.Egress != nil || f.Started != start {
		t.Errorf("%+v", f)
	}
}

func TestPublic(t *testing.T) {
	for image, want := range map[string]bool{
		"nginx": true, "team/app:1": true, "docker.io/x/y": true, "index.docker.io/x/y": true, "quay.io/x/y": true, "ghcr.io/x/y": true,
		"registry.k8s.io/pause:3.10": true, "public.ecr.aws/x/y": true, "gcr.io/x/y": true, "mcr.microsoft.com/x": true,
		"registry.example/docker.io/x": false, "localhost:5000/x": false, "123456789012.dkr.ecr.eu-west-1.amazonaws.com/x": false,
		"docker.io.evil.example/x": false, "europe-docker.pkg.dev/p/r/x": false,
	} {
		pod := podRecord(t, corev1.PodSpec{Containers: []corev1.Container{{Name: "a", Image: image}}})
		if got := FactsOf(pod, Lookups{}).Containers["a"].Public; got != want {
			t.Errorf("%s is public: %v", image, got)
		}
	}
}

func TestMiner(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"xmrig", "-o", "stratum+tcp://pool.example:3333", "-u", "wallet"}, "stratum+tcp:// address, pool port 3333"},
		{[]string{"sh", "-c", "cd /tmp && ./x --url=STRATUM+SSL://pool.example:443 --donate-level 1"}, "stratum+ssl:// address, --donate-level"},
		{[]string{"--donate-level=0"}, "--donate-level"},
		{[]string{"-o", "a.example:14444"}, "pool port 14444"},
		{[]string{"--url=a.example:4444"}, "pool port 4444"},
		{[]string{"xmr.pool.example:3333"}, "pool port 3333"},
		{[]string{"-a", "rx/0", "--nicehash"}, "RandomX as algorithm, --nicehash"},
		{[]string{"--algo=rx/wow"}, "RandomX as algorithm"},
		{[]string{"sh", "-c", "echo c3RyYXR1bSt0Y3A6Ly9wb29sLmV4YW1wbGU6MzMzMw== | base64 -d | xargs /x -o"}, "a miner's argument in base64"},
		{nil, ""},
		{[]string{"--port=4444"}, ""},
		{[]string{"--hub", "http://selenium-hub:4444/wd/hub"}, ""},
		{[]string{"selenium-hub:4444"}, ""},
		{[]string{"--listen", ":3333"}, ""},
		{[]string{"--db-pool", "db:5432", "--pool-size=3333"}, ""},
		{[]string{"pool.example:5432"}, ""},
		{[]string{"https://pool.example:3333/health"}, ""},
		{[]string{"-o", "out.txt"}, ""},
		{[]string{"--donation-level"}, ""},
		{[]string{"-a", "rx.yaml"}, ""},
		{[]string{"stratum"}, ""},
	} {
		if got := Miner(c.args); got != c.want {
			t.Errorf("%q: %q, want %q", c.args, got, c.want)
		}
	}
}

func TestMinerQuotesNothing(t *testing.T) {
	if got := Miner([]string{"-o", "stratum+tcp://user:hunter2@pool.example:3333", "--donate-level=hunter2"}); got != "stratum+tcp:// address, --donate-level" {
		t.Errorf("%q", got)
	}
}
