package remedy

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// lastUsed is the label on which the API server notes the day on which a token was last used
// (pkg/serviceaccount/legacy.go).
const lastUsed = "kubernetes.io/legacy-token-last-used"

// secret fixes LP23: the token ends with its Secret; and SE04: the copy goes.
func (p *planner) secret(ref model.Ref, findings []*model.Finding) error {
	s, ok := p.c.Get(ref).(*record.Secret)
	for _, f := range findings {
		if f.Rule.ID == "SE04" && ok {
			if err := p.withoutCopy(s, f); err != nil {
				return err
			}
			continue
		}
		if f.Rule.ID != "LP23" || !ok {
			p.note(f, "the Secret was not seen", "kubectl get "+target(ref)+" -o yaml")
			continue
		}
		d, err := deleted(ref)
		if err != nil {
			return err
		}
		d.Evidence = p.tokenEvidence(s)
		d.rules, d.about, d.Closes = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}
		d.keep(&s.Meta)
		d.Breakage = max(needsEvidence, parseBreakage(f.Rule.Breakage)).String()
		p.removals = append(p.removals, d)
	}
	return nil
}

// withoutCopy is SE04.
func (p *planner) withoutCopy(s *record.Secret, f *model.Finding) error {
	// A merge that finds nothing to take away is fine: that is what is wanted.
	d, err := unannotated(s.Ref(), []string{corev1.LastAppliedConfigAnnotation})
	if err != nil {
		return err
	}
	d.Evidence = nil
	d.rules, d.about, d.Closes = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}
	d.keep(&s.Meta)
	d.Breakage = max(likelySafe, parseBreakage(f.Rule.Breakage)).String()
	d.Evidence = append(d.Evidence, "kubectl apply without --server-side writes the copy again: use kubectl apply --server-side, kubectl create or kubectl replace for Secrets from now on",
		"the next kubectl apply cannot tell any more which keys its file had before: a key that was taken out of the file stays in the Secret",
		"whoever could read the metadata has the values: change them where they were issued")
	p.patches = append(p.patches, d)
	return nil
}

// tokenEvidence says what is known of the use of a token Secret.
func (p *planner) tokenEvidence(s *record.Secret) []string {
	account := s.Annotations.Get(corev1.ServiceAccountNameKey)
	var list []string
	if account != "" {
		list = append(list, "whoever has the token is ServiceAccount "+s.Namespace+"/"+account+" no more: canopy can sa:"+s.Namespace+"/"+account+" lists what that was worth")
	}
	if day, ok := s.Labels.Lookup(lastUsed); ok {
		list = append(list, "its label "+lastUsed+" says that the token was last used on "+day)
	} else {
		list = append(list, "no label "+lastUsed+": a server of 1.26 or later has seen no use of it since; an older one does not keep the day")
	}
	if used := p.mountedBy(s.Namespace, s.Name); len(used) > 0 {
		list = append(list, "used by "+strings.Join(used, ", ")+": their new pods do not start without it")
	}
	if a, ok := cluster.Find[*record.Typed[*corev1.ServiceAccount]](p.c, "ServiceAccount", s.Namespace, account); ok &&
		slices.ContainsFunc(a.Object.Secrets, func(r corev1.ObjectReference) bool { return r.Name == s.Name }) {
		list = append(list, "ServiceAccount "+account+" lists it among its secrets: a server before 1.24 makes a new one")
	}
	return append(list, "a program outside of the cluster gets a token that expires by kubectl create token; one inside has one mounted", "nothing brings the same token back")
}

// mountedBy lists the owners of pods that use a Secret by its name.
func (p *planner) mountedBy(namespace, name string) []string {
	var owners []model.Ref
	for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob", "Pod"} {
		for r := range p.c.All(model.KindByName(kind).GroupKind()) {
			if r.GetNamespace() != namespace {
				continue
			}
			if t, ok := templateIn(r); ok && usesSecret(&t.Decode().Spec, name) {
				if top := p.c.TopOwner(r); !slices.Contains(owners, top) {
					owners = append(owners, top)
				}
			}
		}
	}
	inorder.Sort(owners, model.Ref.Compare)
	var list []string
	for _, o := range owners {
		list = append(list, o.String())
	}
	return list
}

func usesSecret(s *corev1.PodSpec, name string) bool {
	for i := range s.Volumes {
		v := &s.Volumes[i]
		if v.Secret != nil && v.Secret.SecretName == name {
			return true
		}
		if v.Projected != nil && slices.ContainsFunc(v.Projected.Sources, func(one corev1.VolumeProjection) bool { return one.Secret != nil && one.Secret.Name == name }) {
			return true
		}
	}
	for _, list := range [][]corev1.Container{s.InitContainers, s.Containers} {
		for i := range list {
			for _, e := range list[i].Env {
				if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil && e.ValueFrom.SecretKeyRef.Name == name {
					return true
				}
			}
			if slices.ContainsFunc(list[i].EnvFrom, func(e corev1.EnvFromSource) bool { return e.SecretRef != nil && e.SecretRef.Name == name }) {
				return true
			}
		}
	}
	return false
}
