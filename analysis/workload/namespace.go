package workload

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/pod-security-admission/api"

	"canopy/analysis"
	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

// ExceptionAnnotation on a Namespace says why it has to stay at the privileged level. Any text but none is an exception.
const ExceptionAnnotation = "canopy/privileged-because"

// namespace is a namespace in which something lives.
type namespace struct {
	name string
	// population counts its pods and workloads.
	population int
	dirty      bool
	finding    *model.Finding
}

// count keeps the population of namespaces.
func (a *Analyser) count(d cluster.Delta) {
	if (d.Old == nil) == (d.New == nil) {
		return
	}
	n := a.namespaces[d.Ref.Namespace]
	if n == nil {
		n = &namespace{name: d.Ref.Namespace}
		a.namespaces[d.Ref.Namespace] = n
	}
	before := n.population
	if d.New != nil {
		n.population++
	} else {
		n.population--
	}
	if (before == 0) != (n.population == 0) {
		a.touchNamespace(n)
	}
}

// namespace takes a Namespace that is new, changed or gone.
func (a *Analyser) namespace(name string) {
	if n := a.namespaces[name]; n != nil {
		a.touchNamespace(n)
	}
}

func (a *Analyser) touchNamespace(n *namespace) {
	if !n.dirty {
		n.dirty = true
		a.dirtyNamespaces = append(a.dirtyNamespaces, n)
	}
}

func (a *Analyser) judgeNamespace(c *cluster.Cluster, n *namespace, out analysis.Findings) {
	f := a.admission(c, n)
	if n.population == 0 {
		f = nil
		delete(a.namespaces, n.name)
	}
	switch old := n.finding; {
	case f == nil && old != nil:
		out.Drop(old.ID)
	case f == nil:
	case old != nil && old.Equal(f):
		return
	default:
		out.Put(f)
	}
	n.finding = f
}

// admission judges what a namespace asks of its pods; nil where it asks enough. A namespace whose object was not seen may
// ask anything.
func (a *Analyser) admission(c *cluster.Cluster, n *namespace) *model.Finding {
	rule := a.catalogue[ps26]
	if rule == nil || n.name == "" {
		return nil
	}
	ref := model.KindByName("Namespace").Ref("", n.name)
	f := &model.Finding{ID: model.FindingID(rule.ID, ref), Rule: rule, Severity: ruleTable[ps26].severity, Object: ref, Verdict: model.Yes}
	ns, ok := cluster.Find[*record.Typed[*corev1.Namespace]](c, "Namespace", "", n.name)
	if !ok {
		cov := c.Seen(schema.GroupKind{Kind: "Namespace"}, "")
		f.Verdict, f.Proof = model.Unknown, labels{ref: ref}
		f.Reason = fmt.Sprintf("Namespace %s was not seen", n.name)
		if cov.State != model.Complete {
			f.Reason += ": " + string(cov.State)
			if cov.Reason != "" && cov.Reason != string(cov.State) {
				f.Reason += ", " + cov.Reason
			}
		}
		return f
	}
	l := labels{ref: ref, labels: ns.Labels, exempt: n.name == "kube-system" || ns.Annotations.Get(ExceptionAnnotation) != ""}
	if len(l.Evidence()) == 0 {
		return nil
	}
	f.Since, f.Proof = ns.Since(), l
	return f
}

// labels proves what is wrong with the labels of a namespace.
type labels struct {
	ref    model.Ref
	labels record.Labels
	// exempt tells that the namespace may stay open: its pods run the nodes, or somebody said why.
	exempt bool
}

// Evidence lists the labels at fault: enforce missing or privileged, a version missing or newer than any known policy, and
// whatever the admission plug-in cannot read (k8s.io/pod-security-admission/api/helpers.go).
func (l labels) Evidence() []model.Evidence {
	var list []model.Evidence
	tell := func(label, value string) {
		list = append(list, model.Evidence{Object: l.ref, Path: metadataPath + "labels[" + label + "]", Value: value})
	}
	level, enforced := l.labels.Lookup(api.EnforceLevelLabel)
	if (!enforced || level == string(api.LevelPrivileged)) && !l.exempt {
		tell(api.EnforceLevelLabel, level)
	}
	for _, label := range [...]string{api.EnforceLevelLabel, api.AuditLevelLabel, api.WarnLevelLabel} {
		value, ok := l.labels.Lookup(label)
		if _, err := api.ParseLevel(value); ok && err != nil {
			tell(label, value)
		}
	}
	for _, label := range [...]string{api.EnforceVersionLabel, api.AuditVersionLabel, api.WarnVersionLabel} {
		value, ok := l.labels.Lookup(label)
		if !ok {
			if label == api.EnforceVersionLabel && enforced && level != string(api.LevelPrivileged) {
				tell(label, "")
			}
			continue
		}
		v, err := api.ParseVersion(value)
		if newest := api.MajorMinorVersion(1, NewestMinor); err != nil || (!v.Latest() && newest.Older(v)) {
			tell(label, value)
		}
	}
	return list
}
