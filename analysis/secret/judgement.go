package secret

import (
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/record"
)

// judgeItem brings the findings on a Secret up to date.
func (r *round) judgeItem(it *item) {
	ref := secretRef(it.key)
	s, _ := r.c.Get(ref).(*record.Secret)
	user := s != nil && it.manager(s) == ""
	if user != it.user {
		if user {
			r.users++
		} else {
			r.users--
		}
		it.user = user
		r.dirty.cluster = true
	}
	if s == nil {
		r.alarms.Set(&it.alarm, 0)
		r.stand(ref, asSecret)
		if len(it.namers) == 0 && r.facts(it) == nil {
			delete(r.items, it.key)
			for _, t := range r.titles(it.key) {
				delete(r.titled, t)
			}
			r.order, r.counts = nil, nil
		}
		return
	}
	unused, when := r.unused(it, s)
	old, next := r.old(it, s)
	r.alarms.Set(&it.alarm, first(when, next))
	r.stand(ref, asSecret, r.copied(s), unused, old)
}

// copied judges whether kubectl has left a copy of the values in the metadata.
func (r *round) copied(s *record.Secret) *model.Finding {
	if !s.LastApplied {
		return nil
	}
	return r.finding("SE04", model.High, s.Ref(), []model.Evidence{{Object: s.Ref(), Path: "metadata.annotations[" + corev1.LastAppliedConfigAnnotation + "]", Value: record.Present}})
}

// unused judges whether anything that is seen takes the values of a Secret that a user has made. Of a token of the old kind the
// server says when it last was shown.
func (r *round) unused(it *item, s *record.Secret) (f *model.Finding, next int64) {
	ref := s.Ref()
	line := model.Evidence{Object: ref, Path: "metadata.name", Value: "no pod, account, Ingress or other object that is read names it"}
	switch {
	case token(s):
		used := lastUsed(s)
		if used == 0 || it.mounted() {
			return nil, 0
		}
		if end := used + r.rotation; r.now < end {
			return nil, end
		}
		line = model.Evidence{Object: ref, Path: "metadata.labels[" + lastUsedLabel + "]", Value: day(used)}
	case it.user && !it.used() && !consumed(s) && len(r.mentionedBy(it.key)) == 0:
	default:
		return nil, 0
	}
	return doubt(r.finding("SE07", model.Low, ref, []model.Evidence{line}), model.Unknown, r.unnamedIn(s.Namespace)), 0
}

// old judges how long the data of a Secret has stayed as it is, and when its certificate ends.
func (r *round) old(it *item, s *record.Secret) (f *model.Finding, next int64) {
	ref := s.Ref()
	severity, assumed := model.Medium, ""
	var lines []model.Evidence
	if written := s.Since(); written > 0 && r.ages(it, s) {
		switch {
		case r.now < written+r.rotation:
			next = written + r.rotation
		case s.Changed == 0 && !token(s):
			lines, assumed = append(lines, model.Evidence{Object: ref, Path: "metadata.creationTimestamp", Value: "made " + day(written)}), "if it was not written since it was made, which is not told"
		default:
			lines = append(lines, model.Evidence{Object: ref, Path: "data", Value: "unchanged since " + day(written)})
		}
	}
	for _, e := range r.ends(it, s) {
		grade, when, value := r.ending(e.until)
		if r.now < e.renewed && value != "" && grade < model.High {
			value, when = "", min(e.renewed, e.until)
		}
		next = first(next, when)
		if value == "" {
			continue
		}
		severity, assumed = max(severity, grade), ""
		lines = append(lines, model.Evidence{Object: e.object, Path: e.path, Value: value})
	}
	if facts := r.current(it, s); facts != nil {
		for _, weak := range facts.WeakKeys {
			assumed = ""
			lines = append(lines, model.Evidence{Object: ref, Path: "data", Value: "weak key: " + brief(weak)})
		}
	}
	return doubt(r.finding("SE08", severity, ref, order(lines)), model.Depends, assumed), next
}

// ages tells that somebody should have changed the data by now and then: a user, or whoever holds a token that no pod has.
func (r *round) ages(it *item, s *record.Secret) bool {
	if token(s) {
		return !s.Labels.Has(invalidLabel) && !it.mounted()
	}
	return it.user
}

// end is when a certificate in a Secret ends, and how that is known.
type end struct {
	object model.Ref
	path   string
	// renewed is until when who manages it has no reason to renew it; 0 where nobody does.
	until, renewed int64
	from           string
}

// grace is how long a renewal may take, in seconds.
const grace = 3600

// ends lists the ends of the certificates of a Secret: as facts say, if there are any and nothing was written since, else as
// cert-manager does.
func (r *round) ends(it *item, s *record.Secret) []end {
	return ends(r.current(it, s), it, r.certificate)
}

func ends(f *record.SecretFacts, it *item, get func(model.Ref) *record.Custom) []end {
	var l []end
	if f != nil && len(f.Certificates) > 0 {
		for i := range f.Certificates {
			// A bundle of authorities holds some that have ended; what the Secret shows by itself stands in tls.crt.
			if c := &f.Certificates[i]; !c.CA || c.Key == corev1.TLSCertKey || len(f.Certificates) == 1 {
				l = append(l, end{object: secretRef(it.key), path: "data[" + brief(c.Key) + "]", until: c.Until, from: "its certificate"})
			}
		}
		return l
	}
	for _, n := range it.namers {
		if n.ref.Group != model.GroupCertManager {
			continue
		}
		c := get(n.ref)
		if c == nil || text(c.Body, "spec", "secretName") != it.key.Name {
			continue
		}
		if until := parsed(c, "notAfter"); until > 0 {
			e := end{object: n.ref, path: "status.notAfter", until: until, from: byCertManager}
			if renewal := parsed(c, "renewalTime"); renewal > 0 {
				e.renewed = renewal + grace
			}
			l = append(l, e)
		}
	}
	return l
}
