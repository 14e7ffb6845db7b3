package usage

import (
	"maps"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/image/reference"
	"canopy/model"
	"canopy/model/record"
)

// Lookups are what facts rest on besides the record of a pod. Any of them may be nil.
type Lookups struct {
	// Owner gives the top owner of a pod.
	Owner func(*record.Pod) model.Ref
	// NodeCPU gives what a node has, in thousandths of a core; zero where that is not known.
	NodeCPU func(node string) int64
	// Egress tells whether a pod may talk to any address outside of the cluster. It is asked only of pods of which a signal hangs on it.
	Egress func(*record.Pod) bool
}

// FactsOf gives the facts of one pod. Whoever asks for many uses a Reader.
func FactsOf(pod *record.Pod, with Lookups) Facts { return NewReader(with).Of(pod) }

// Reader gives the facts of many pods, and reads each template once. It is for one goroutine.
type Reader struct {
	with Lookups
	// young and old are what templates were read as; those that nobody has asked for in a while go.
	young, old map[record.Template]map[string]Container
}

// templateLimit is how many templates are kept before those that were not asked for of late go.
const templateLimit = 4096

// NewReader gives a reader that has read nothing.
func NewReader(with Lookups) *Reader {
	return &Reader{with: with, young: map[record.Template]map[string]Container{}}
}

// Of gives the facts of a pod. The caller must not change the containers.
func (r *Reader) Of(pod *record.Pod) Facts {
	f := Facts{Node: pod.Node(), Started: pod.Started, Containers: r.template(pod.Template)}
	if r.with.Owner != nil {
		f.Owner = r.with.Owner(pod)
	}
	if r.with.NodeCPU != nil && f.Node != "" {
		f.NodeCPU = r.with.NodeCPU(f.Node)
	}
	if r.with.Egress != nil {
		f.Egress = func() bool { return r.with.Egress(pod) }
	}
	if list := pod.Ephemeral(); len(list) > 0 {
		f.Containers = maps.Clone(f.Containers)
		for i := range list {
			c := corev1.Container(list[i].EphemeralContainerCommon)
			known := containerOf(&c)
			known.Ephemeral = true
			f.Containers[c.Name] = known
		}
	}
	return f
}

func (r *Reader) template(t record.Template) map[string]Container {
	known, ok := r.young[t]
	if ok {
		return known
	}
	if known, ok = r.old[t]; !ok {
		known = containersOf(&t.Decode().Spec)
	}
	if len(r.young) >= templateLimit {
		r.young, r.old = map[record.Template]map[string]Container{}, r.young
	}
	r.young[t] = known
	return known
}

// containersOf reads a spec. Containers that initialise are measured while they run.
func containersOf(spec *corev1.PodSpec) map[string]Container {
	all := make(map[string]Container, len(spec.InitContainers)+len(spec.Containers))
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			c := containerOf(&list[i])
			if whole := spec.Resources; whole != nil {
				// What bounds the pod bounds each of its containers.
				c.Limits.CPULimit = least(c.Limits.CPULimit, amount(whole.Limits, corev1.ResourceCPU))
				c.Limits.MemoryLimit = least(c.Limits.MemoryLimit, amount(whole.Limits, corev1.ResourceMemory))
			}
			all[list[i].Name] = c
		}
	}
	return all
}

// least is the lower of two limits, of which zero is none.
func least(a, b int64) int64 {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

func containerOf(c *corev1.Container) Container {
	r := &c.Resources
	known := Container{Image: c.Image, Limits: Limits{
		CPURequest: amount(r.Requests, corev1.ResourceCPU), CPULimit: amount(r.Limits, corev1.ResourceCPU),
		MemoryRequest: amount(r.Requests, corev1.ResourceMemory), MemoryLimit: amount(r.Limits, corev1.ResourceMemory),
	}}
	known.Args = Miner(append(append([]string(nil), c.Command...), c.Args...))
	if ref, err := reference.Parse(c.Image); err == nil {
		known.TagOnly, known.Public = ref.Digest == "", Public(ref)
	}
	return known
}

// amount reads thousandths of a core, or bytes.
func amount(list corev1.ResourceList, name corev1.ResourceName) int64 {
	q, ok := list[name]
	switch {
	case !ok:
		return 0
	case name == corev1.ResourceCPU:
		return q.MilliValue()
	}
	return q.Value()
}

// Public tells of an image from a registry that serves everybody, to which more or less anybody may push. A name without a registry means
// Docker Hub, as far as runtimes are not told otherwise.
func Public(r reference.Reference) bool {
	switch r.Registry {
	case "docker.io", "index.docker.io", "registry-1.docker.io", "quay.io", "ghcr.io", "gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io", "registry.k8s.io", "k8s.gcr.io",
		"public.ecr.aws", "mcr.microsoft.com", "registry.gitlab.com", "nvcr.io", "cgr.dev", "docker.elastic.co", "registry.access.redhat.com", "registry.redhat.io":
		return true
	}
	return strings.HasSuffix(r.Registry, ".docker.io")
}
