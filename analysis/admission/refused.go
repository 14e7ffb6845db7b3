package admission

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	corev1 "k8s.io/api/core/v1"

	"canopy/analysis/manifest"
	"canopy/analysis/workload"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// breaks tells that a pod policy would refuse the pods of an owner, or a pod, by a template of it.
type breaks func(c *cluster.Cluster, r model.Record, t *corev1.PodTemplateSpec) bool

// judged is that of a rule which a template alone decides, of hits that are at least so bad.
func judged(rule string, least model.Severity) breaks {
	return func(_ *cluster.Cluster, _ model.Record, t *corev1.PodTemplateSpec) bool {
		return slices.ContainsFunc(workload.JudgeRule(t, rule), func(h workload.Hit) bool { return h.Severity >= least })
	}
}

// alone is that of pods without a controller.
func alone(c *cluster.Cluster, r model.Record, _ *corev1.PodTemplateSpec) bool {
	p, ok := r.(*record.Pod)
	return ok && c.TopOwner(p) == p.Ref()
}

// runsAs is that of pods that run as one of some accounts, given as namespace/name.
func runsAs(accounts ...string) breaks {
	return func(_ *cluster.Cluster, r model.Record, t *corev1.PodTemplateSpec) bool {
		return slices.Contains(accounts, r.GetNamespace()+"/"+accountOf(&t.Spec))
	}
}

// asDefault is that of pods that run as the default account of their namespace.
func asDefault(_ *cluster.Cluster, _ model.Record, t *corev1.PodTemplateSpec) bool {
	return accountOf(&t.Spec) == defaultAccount
}

// mounts is runsAs of those that mount a token besides, as admission decides it.
func mounts(accounts ...string) breaks {
	runs := runsAs(accounts...)
	return func(c *cluster.Cluster, r model.Record, t *corev1.PodTemplateSpec) bool {
		if !runs(c, r, t) {
			return false
		}
		if on := t.Spec.AutomountServiceAccountToken; on != nil {
			return *on
		}
		sa, ok := cluster.Find[*record.Typed[*corev1.ServiceAccount]](c, "ServiceAccount", r.GetNamespace(), accountOf(&t.Spec))
		return !ok || sa.Object.AutomountServiceAccountToken == nil || *sa.Object.AutomountServiceAccountToken
	}
}

// accountOf names the account that a pod runs as.
func accountOf(spec *corev1.PodSpec) string {
	if spec.ServiceAccountName == "" {
		return defaultAccount
	}
	return spec.ServiceAccountName
}

// refused says which owners of pods there are whose next pod the policy would refuse, once it refuses: those that the findings
// are about, which have to be fixed first, and whoever else.
func (m *maker) refused(b *blueprint, s *scope) []string {
	known := map[model.Ref]bool{}
	for _, f := range s.findings {
		known[f.Object] = true
	}
	var asked, others []string
	for _, ref := range m.offenders(b) {
		if known[ref] {
			asked = append(asked, ref.String())
		} else {
			others = append(others, ref.String())
		}
	}
	var list []string
	if len(asked) > 0 {
		list = append(list, "Fix these before it refuses, or their next pod does not start: "+counted(asked))
	}
	if len(others) > 0 {
		list = append(list, "It would also refuse the next pod of what no finding here is about: "+counted(others))
	}
	if len(list) == 0 {
		list = append(list, "It would refuse no pod of what is there now")
	}
	return list
}

// counted counts names and lists them all, however many there are. Names of a capture may hold anything.
func counted(names []string) string {
	return fmt.Sprintf("%d (%s)", len(names), strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !manifest.Safe(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.Join(names, ", ")))
}

// offenders lists the owners in the namespaces of a policy whose template, or one of whose pods, it would refuse, sorted. Static
// pods are none.
func (m *maker) offenders(b *blueprint) []model.Ref {
	found := map[model.Ref]bool{}
	look := func(r model.Record, owner model.Ref, t record.Template) {
		if !t.IsZero() && !found[owner] && b.breaks(m.c, r, t.Decode()) {
			found[owner] = true
		}
	}
	for _, k := range model.Kinds() {
		for r := range m.c.All(k.GroupKind()) {
			if !slices.Contains(b.namespaces, r.GetNamespace()) {
				continue
			}
			switch t := r.(type) {
			case *record.Workload:
				// What it owns may hold older templates, of which no pod is made again.
				if m.c.TopOwner(t) == t.Ref() {
					look(t, t.Ref(), t.Template)
				}
			case *record.Pod:
				if !t.Annotations.Has(corev1.MirrorPodAnnotationKey) && !t.Finished() && !t.StandIn {
					look(t, m.c.TopOwner(t), t.Template)
				}
			}
		}
	}
	var list []model.Ref
	for ref := range found {
		list = append(list, ref)
	}
	inorder.Sort(list, model.Ref.Compare)
	return list
}
