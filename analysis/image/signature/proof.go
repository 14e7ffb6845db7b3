package signature

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/labels"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/inorder"
	"canopy/model/record"
)

// claim is what one rule comes to for one image.
type claim struct {
	*reached
	// hooks are the webhooks that surely ask about the pod.
	hooks []*hook
	// doubt says why it is not known whether the rule is about the image; "" where it surely is.
	doubt string
}

// Answer says what is demanded of an image in a place, and proven.
func (e *Evaluator) Answer(c *cluster.Cluster, q Question) Answer {
	l := e.in(c, q.Namespace)
	p := l.place
	if q.Pod != nil {
		p.pod, p.podLabels = q.Pod, labels.Set(q.Pod.Labels.Map())
	}
	var claims []claim
	for i := range l.reached {
		if one, ok := l.reached[i].claim(&p, &q); ok {
			claims = append(claims, one)
		}
	}
	a := Answer{Verdict: NotRequired}
	for i := range claims {
		if one := &claims[i]; one.doubt == "" {
			a.Policies = append(a.Policies, one.ref)
			a.Enforced = a.Enforced || one.dead == "" && one.refusing(&p) == yes
		}
	}
	inorder.Sort(a.Policies, model.Ref.Compare)
	a.Policies = slices.Compact(a.Policies)
	judge(&a, claims, l, &p, &q)
	return a
}

// claim finds out whether a rule is about an image; false where it is not.
func (r *reached) claim(p *place, q *Question) (claim, bool) {
	one := claim{reached: r, doubt: r.doubt}
	about := r.concerns
	if p.pod != nil {
		about = r.rule.concerns(p)
	}
	about = min(about, r.images.of(q.Reference, q.Digest))
	if about == no {
		return one, false
	}
	if about == perhaps {
		one.doubt = cmp.Or(one.doubt, "not all that "+r.ref.String()+" asks of pods and images is evaluated")
	}
	if r.dead != "" {
		return one, true
	}
	best := no
	for _, h := range r.hooks {
		t := h.filter.passes(p)
		best = max(best, t)
		if t == yes {
			one.hooks = append(one.hooks, h)
		}
	}
	switch {
	case best == no && len(r.hooks) > 0:
		return one, false
	case best == perhaps:
		one.doubt = cmp.Or(one.doubt, "not all that the webhook of "+r.tool.String()+" asks of pods is evaluated")
	}
	if r.vague != "" {
		one.doubt = cmp.Or(one.doubt, r.vague)
	}
	return one, true
}

// judge gives the verdict: what was refuted first, then what is proven, then what is demanded, then what nobody knows.
func judge(a *Answer, claims []claim, l *local, p *place, q *Question) {
	if demanded(claims, kyverno) && q.Pod != nil {
		// Whoever makes the pod may write this himself, and would hardly write it against himself. That it passed is believed only where
		// nothing else could have written it: see func unproven.
		if q.noted() == failed {
			a.Verdict, a.Refuted, a.By, a.At = Unproven, true, annotated, q.Pod.Created
			a.Reason = "Kyverno has checked the image and noted on the pod that it failed"
			return
		}
	}
	given := proofOf(q)
	if given != nil && given.Verified {
		a.Verdict, a.By, a.At = Verified, "cosign verify", given.At
		a.Reason = strings.Join(append([]string{"cosign has verified this digest"}, signers(given)...), ", ")
		return
	}
	var open, unknown []string
	for i := range claims {
		one := &claims[i]
		if one.doubt != "" {
			unknown = append(unknown, one.ref.String()+": "+one.doubt)
			continue
		}
		why := one.unproven(l, p, q)
		if why == "" {
			a.Verdict, a.By, a.At = Verified, one.ref.String(), q.Pod.Created
			if one.traced {
				a.By = annotated
				a.Reason = fmt.Sprintf("Kyverno has noted on the pod that the check passed; %s, which refuses what is not signed, and its webhooks are older than the pod", one.ref)
				return
			}
			a.Reason = fmt.Sprintf("%s refuses what is not signed, is older than the pod, and nothing that is known gets past it", one.ref)
			return
		}
		open = append(open, why)
	}
	switch {
	case len(open) > 0:
		a.Verdict, a.Reason = Unproven, strings.Join(unique(open), "; ")
	case len(unknown) > 0:
		a.Verdict, a.Reason = Unknown, strings.Join(unique(unknown), "; ")
	case l.unseen != "":
		a.Verdict, a.Reason = Unknown, l.unseen
	default:
		a.Reason = "no policy demands a signature of this image here"
	}
	if given != nil {
		a.Refuted = len(open) > 0
		a.Reason = strings.TrimSuffix("cosign could not verify it: "+given.Failed, ": ") + "; " + a.Reason
		return
	}
	if q.Pod != nil && !demanded(claims, kyverno) && q.noted() == passed {
		a.Reason += "; the pod says that Kyverno has checked it, but no policy of Kyverno surely demands that here, so whoever made the pod may have written it"
	}
}

// noted reads what Kyverno, or somebody else, has written on the pod of the image.
func (q *Question) noted() noted {
	if q.Pod == nil {
		return silent
	}
	return read(q.Pod.Annotations.Get(annotated), q.digests()...)
}

// demanded tells that a tool surely demands it, and is asked.
func demanded(claims []claim, t tool) bool {
	return slices.ContainsFunc(claims, func(c claim) bool { return c.tool == t && c.doubt == "" && c.dead == "" })
}

// proofOf finds what cosign has said of the digest: that it is signed, or else the newest failure.
func proofOf(q *Question) *record.Signature {
	var best *record.Signature
	for _, s := range q.Given {
		if s == nil || s.Digest == "" || !slices.Contains(q.digests(), s.Digest) {
			continue
		}
		if best == nil || s.Verified && !best.Verified || s.Verified == best.Verified && s.At > best.At {
			best = s
		}
	}
	return best
}

func signers(s *record.Signature) []string {
	var said []string
	if s.Identity != "" {
		said = append(said, "signed by "+s.Identity)
	}
	if s.Issuer != "" {
		said = append(said, "as "+s.Issuer+" says")
	}
	if s.Key != "" {
		said = append(said, "with the key "+s.Key)
	}
	return said
}

func unique(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}
