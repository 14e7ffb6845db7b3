package record

import (
	"fmt"
	"slices"
	"strings"
	"unique"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Template is an interned pod template: a normalised PodSpec with the annotations that Pod Security reads. Equal templates
// compare equal with ==, share their memory, and go when the last record that points to them goes.
type Template struct {
	// handle holds the protobuf of a PodTemplateSpec, which is deterministic. It is a fifth the size of the decoded form.
	handle unique.Handle[string]
	// beside is what admission added to a pod, which is not in the bytes.
	beside admitted
}

// Bare gives the template without what the API server adds to nearly all pods by itself: tolerations of failing nodes, the
// priority of pods without a class, the default account, the token's volume. Pods then have the template of their owner, unless
// something else changed them. Whoever judges none of that keeps what it works out by the bare template.
func (t Template) Bare() Template { return Template{handle: t.handle} }

// Token tells that admission mounted the token of the account into a pod with this template.
func (t Template) Token() bool { return t.beside&admittedToken != 0 }

// IsZero tells that there is no template.
func (t Template) IsZero() bool { return t == Template{} }

// Decode gives the template as an object of its own: annotations and spec, nothing else. It takes some ten microseconds;
// what follows from a template is judged once and kept by template; see Bare for what a pod shares with its owner.
func (t Template) Decode() *corev1.PodTemplateSpec {
	spec := &corev1.PodTemplateSpec{}
	if t.IsZero() {
		return spec
	}
	if err := spec.Unmarshal([]byte(t.handle.Value())); err != nil {
		// The bytes are our own marshalling; failing to read them back is a broken program, not bad input.
		panic(fmt.Sprintf("record: template does not decode: %v", err))
	}
	t.beside.putBack(&spec.Spec)
	return spec
}

// Size is the number of bytes that the template takes.
func (t Template) Size() int {
	if t.IsZero() {
		return 0
	}
	return len(t.handle.Value())
}

// Hash is a checksum of the content.
func (t Template) Hash() uint64 {
	h := uint64(14695981039346656037)
	if !t.IsZero() {
		for _, b := range []byte(t.handle.Value()) {
			h = (h ^ uint64(b)) * 1099511628211
		}
		h = (h ^ uint64(t.beside)) * 1099511628211
	}
	return h
}

// MakeTemplate interns a pod template as it stands in an owner.
func MakeTemplate(annotations map[string]string, spec *corev1.PodSpec) (Template, error) {
	t := corev1.PodTemplateSpec{Spec: *spec}
	for k, v := range annotations {
		if securityAnnotation(k) {
			if t.Annotations == nil {
				t.Annotations = map[string]string{}
			}
			t.Annotations[k] = v
		}
	}
	// The mounts are cut in lists of their own: those of the caller stay as they are.
	t.Spec.InitContainers, t.Spec.Containers = slices.Clone(spec.InitContainers), slices.Clone(spec.Containers)
	beside := takeAdmitted(&t.Spec)
	data, err := t.Marshal()
	if err != nil {
		return Template{}, fmt.Errorf("pod template: %w", err)
	}
	return Template{unique.Make(string(data)), beside}, nil
}

// securityAnnotation names the annotations that Pod Security Standards read.
func securityAnnotation(key string) bool {
	return key == corev1.SeccompPodAnnotationKey ||
		strings.HasPrefix(key, corev1.SeccompContainerAnnotationKeyPrefix) ||
		strings.HasPrefix(key, corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix)
}

// own is what a pod's spec holds beyond the template that it shares with its like.
type own struct {
	node string
	// token is the generated end of the name of the token volume: x7k2p of kube-api-access-x7k2p.
	token string
	// hostname is set by StatefulSets and indexed Jobs.
	hostname string
	// claims tells that claim names which end in the pod's name were cut.
	claims bool
	// pinned is the node that a DaemonSet's affinity names.
	pinned    string
	ephemeral []corev1.EphemeralContainer
}

const (
	tokenPrefix = "kube-api-access-"
	// The marks stand in templates where a part of the pod's own was cut out. No valid name holds a percent sign.
	tokenMark  = tokenPrefix + "%"
	claimMark  = "%pod"
	pinnedMark = "%node"
)

// splitSpec cuts from a spec what is the pod's own, in place. A spec that already holds a mark, which no API server
// lets through, keeps the part concerned.
func splitSpec(podName string, spec *corev1.PodSpec) own {
	o := own{node: spec.NodeName, hostname: spec.Hostname, ephemeral: spec.EphemeralContainers}
	spec.NodeName, spec.Hostname, spec.EphemeralContainers = "", "", nil
	o.token = cutToken(spec)
	o.claims = cutClaims(podName, spec)
	o.pinned = swapPinned(spec, "", pinnedMark)
	return o
}

// join puts back what splitSpec cut.
func (o *own) join(podName string, spec *corev1.PodSpec) {
	spec.NodeName, spec.Hostname, spec.EphemeralContainers = o.node, o.hostname, o.ephemeral
	if o.token != "" {
		renameVolume(spec, tokenMark, tokenPrefix+o.token)
	}
	if o.claims {
		for i := range spec.Volumes {
			if c := spec.Volumes[i].PersistentVolumeClaim; c != nil && strings.HasSuffix(c.ClaimName, claimMark) {
				c.ClaimName = strings.TrimSuffix(c.ClaimName, claimMark) + podName
			}
		}
	}
	if o.pinned != "" {
		swapPinned(spec, pinnedMark, o.pinned)
	}
}

func cutToken(spec *corev1.PodSpec) string {
	found := ""
	for i := range spec.Volumes {
		v := &spec.Volumes[i]
		if v.Name == tokenMark {
			return ""
		}
		if v.Projected == nil || !strings.HasPrefix(v.Name, tokenPrefix) || len(v.Name) == len(tokenPrefix) {
			continue
		}
		if found != "" {
			return ""
		}
		found = v.Name
	}
	if found == "" || mounts(spec, tokenMark) {
		return ""
	}
	renameVolume(spec, found, tokenMark)
	return strings.TrimPrefix(found, tokenPrefix)
}

// mounts tells whether a container mounts the volume of that name.
func mounts(spec *corev1.PodSpec, volume string) bool {
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			for _, m := range list[i].VolumeMounts {
				if m.Name == volume {
					return true
				}
			}
		}
	}
	return false
}

func renameVolume(spec *corev1.PodSpec, from, to string) {
	for i := range spec.Volumes {
		if spec.Volumes[i].Name == from {
			spec.Volumes[i].Name = to
		}
	}
	for _, list := range [][]corev1.Container{spec.InitContainers, spec.Containers} {
		for i := range list {
			for j := range list[i].VolumeMounts {
				if m := &list[i].VolumeMounts[j]; m.Name == from {
					m.Name = to
				}
			}
		}
	}
}

func cutClaims(podName string, spec *corev1.PodSpec) bool {
	for i := range spec.Volumes {
		if c := spec.Volumes[i].PersistentVolumeClaim; c != nil && strings.HasSuffix(c.ClaimName, claimMark) {
			return false
		}
	}
	cut := false
	for i := range spec.Volumes {
		c := spec.Volumes[i].PersistentVolumeClaim
		if c != nil && podName != "" && strings.HasSuffix(c.ClaimName, "-"+podName) {
			c.ClaimName = strings.TrimSuffix(c.ClaimName, podName) + claimMark
			cut = true
		}
	}
	return cut
}

// swapPinned replaces the node that the required affinity names by metadata.name, where it is the one value of the one
// such field, and gives the value that stood there. With from empty any value but the new one is replaced.
func swapPinned(spec *corev1.PodSpec, from, to string) string {
	if spec.Affinity == nil || spec.Affinity.NodeAffinity == nil ||
		spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return ""
	}
	var place *string
	for _, term := range spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms {
		for _, f := range term.MatchFields {
			if f.Key != metav1.ObjectNameField || len(f.Values) != 1 || place != nil {
				return ""
			}
			place = &f.Values[0]
		}
	}
	if place == nil || *place == "" || *place == to || (from != "" && *place != from) {
		return ""
	}
	old := *place
	*place = to
	return old
}
