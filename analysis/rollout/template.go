package rollout

import (
	"encoding/json"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"

	"canopy/model/record"
	"canopy/model/strategic"
)

// readmission is what the template of a pod made again depends on.
type readmission struct {
	pod, old, now record.Template
	namespace     string
}

// readmit gives the template that a pod has once it was made again from its owner's new template.
//
// What admission added to the pod is split in two. The part whose rules are known (account, token volume, pull secrets,
// LimitRange defaults, default tolerations) is worked out anew, so that a patch which turns the token off takes the
// volume away. Whatever else the pod has beyond its owner, such as an injected sidecar, the pin of a DaemonSet or the
// claims of a StatefulSet, is taken as a difference and laid over the new template.
func (p *player) readmit(pod *record.Pod, old, now *record.Workload) (record.Template, error) {
	memo := readmission{pod.Template, old.Template, now.Template, pod.Namespace}
	if t, ok := p.seen[memo]; ok {
		return t, nil
	}
	have := pod.Template.Decode()
	name := tokenName(have)
	daemon := now.Kind.Kind == "DaemonSet"
	before := admission{p.base.Get, listIn(p.base.All, pod.Namespace), pod.Namespace, name, daemon}
	after := admission{p.get, p.limits(pod.Namespace), pod.Namespace, name, daemon}

	want := now.Template.Decode()
	after.admit(want)
	if !old.Template.IsZero() {
		was := old.Template.Decode()
		before.admit(was)
		var ok bool
		if want, ok = carry(was, have, want); !ok {
			p.assume("what admission added to the pods of %s could not be laid over the new template", p.top(pod))
		}
		after.tidyToken(want)
	}
	t, err := record.MakeTemplate(want.Annotations, &want.Spec)
	if err != nil {
		return record.Template{}, err
	}
	p.seen[memo] = t
	return t, nil
}

// carry lays over want what have is beyond was. It gives want as it is, and false, where the difference cannot be put as
// a strategic patch: lists whose merge keys repeat.
func carry(was, have, want *corev1.PodTemplateSpec) (*corev1.PodTemplateSpec, bool) {
	if equality.Semantic.DeepEqual(was, have) {
		return want, true
	}
	a, err := json.Marshal(was)
	if err != nil {
		return want, false
	}
	b, err := json.Marshal(have)
	if err != nil {
		return want, false
	}
	diff, err := strategic.Diff(a, b, corev1.PodTemplateSpec{})
	if err != nil {
		return want, false
	}
	check, ok := overlay(a, diff)
	if !ok || !equality.Semantic.DeepEqual(check, have) {
		return want, false
	}
	c, err := json.Marshal(want)
	if err != nil {
		return want, false
	}
	next, ok := overlay(c, diff)
	if !ok {
		return want, false
	}
	prune(next, was, want)
	return next, true
}

// prune takes out what a difference brought back in part: a container or volume that the owner gave up, of which the pod
// had changed a field.
func prune(next, was, want *corev1.PodTemplateSpec) {
	gone := func(old, now []corev1.Container) func(corev1.Container) bool {
		return func(c corev1.Container) bool { return hasContainer(old, c.Name) && !hasContainer(now, c.Name) }
	}
	next.Spec.Containers = slices.DeleteFunc(next.Spec.Containers, gone(was.Spec.Containers, want.Spec.Containers))
	next.Spec.InitContainers = slices.DeleteFunc(next.Spec.InitContainers, gone(was.Spec.InitContainers, want.Spec.InitContainers))
	next.Spec.Volumes = slices.DeleteFunc(next.Spec.Volumes, func(v corev1.Volume) bool {
		return hasVolume(&was.Spec, v.Name) && !hasVolume(&want.Spec, v.Name)
	})
}

func hasContainer(list []corev1.Container, name string) bool {
	return slices.ContainsFunc(list, func(c corev1.Container) bool { return c.Name == name })
}

func overlay(doc, diff []byte) (*corev1.PodTemplateSpec, bool) {
	out, err := strategic.Merge(doc, diff, corev1.PodTemplateSpec{})
	if err != nil {
		return nil, false
	}
	t := &corev1.PodTemplateSpec{}
	return t, json.Unmarshal(out, t) == nil
}

const (
	tokenPrefix = "kube-api-access-"
	// tokenSuffix ends the name of the token volume of a pod that had none before.
	tokenSuffix = "00000"
)

// tokenName gives the name of the token volume in a template: in one taken from a pod's record the generated end is
// replaced by a mark, which a template must keep to equal that of its siblings.
func tokenName(t *corev1.PodTemplateSpec) string {
	for i := range t.Spec.Volumes {
		if v := &t.Spec.Volumes[i]; v.Projected != nil && strings.HasPrefix(v.Name, tokenPrefix) {
			return v.Name
		}
	}
	return tokenPrefix + tokenSuffix
}

// named gives a pod another template. A token volume that is new to the pod carries a name of its own; making the record
// anew puts the mark in its place.
func named(pod *record.Pod, t record.Template) (*record.Pod, error) {
	next := pod.WithTemplate(t)
	spec := t.Decode()
	if tokenName(spec) == tokenPrefix+tokenSuffix && hasVolume(&spec.Spec, tokenPrefix+tokenSuffix) {
		r, err := record.Make(&corev1.Pod{ObjectMeta: metaFor(next), Spec: *next.Spec()})
		if err != nil {
			return nil, err
		}
		made := r.(*record.Pod)
		made.Meta = next.Meta
		made.Phase, made.Reason, made.IPs, made.Started, made.Ready, made.Containers = pod.Phase, pod.Reason, pod.IPs, pod.Started, pod.Ready, next.Containers
		made.Volumes = next.Volumes
		if len(spec.Annotations) > 0 {
			if made.Template, err = record.MakeTemplate(spec.Annotations, &made.Template.Decode().Spec); err != nil {
				return nil, err
			}
		}
		next = made
	}
	return next, nil
}

func hasVolume(spec *corev1.PodSpec, name string) bool {
	for i := range spec.Volumes {
		if spec.Volumes[i].Name == name {
			return true
		}
	}
	return false
}
