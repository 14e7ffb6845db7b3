package image

import (
	"hash/maphash"
	"strings"

	"canopy/analysis/image/signature"
	"canopy/model"
	"canopy/model/record"
)

// owner is a top owner of pods that run images.
type owner struct {
	ref   model.Ref
	uses  few[use]
	homes few[household]
	// pods counts them.
	pods int
	// pulls are the pull secrets that the owner itself names, where one of its pods names any.
	pulls *pulls
	// grave tells that it runs an image with a critical vulnerability.
	grave bool
}

// owner gives an owner, a new one where there is none.
func (a *Analyser) owner(ref model.Ref) *owner {
	sum := maphash.Comparable(a.seed, ref)
	o := a.ownerOf(ref)
	if o == nil {
		o = &owner{ref: ref}
		a.owners.put(sum, o)
	}
	return o
}

// ownerOf finds an owner; nil where there is none.
func (a *Analyser) ownerOf(ref model.Ref) *owner {
	return a.owners.find(maphash.Comparable(a.seed, ref), func(o *owner) bool { return o.ref == ref })
}

// touchOwners has all judged anew.
func (a *Analyser) touchOwners() {
	for _, p := range a.places {
		for _, h := range p.residents {
			a.dirty.owners[h.home.owner.ref] = struct{}{}
		}
	}
}

// draft gathers what one rule finds of an owner.
type draft struct {
	severity model.Severity
	verdict  model.Verdict
	reason   string
	lines    []line
	homes    map[*household]struct{}
}

func (d *draft) add(u *use, severity model.Severity, l line) {
	d.severity = max(d.severity, severity)
	d.lines = append(d.lines, l)
	if d.homes == nil {
		d.homes = map[*household]struct{}{}
	}
	for h := range u.homes.all() {
		d.homes[h] = struct{}{}
	}
}

// pods counts those that show something.
func (d *draft) pods() (n int) {
	for h := range d.homes {
		n += len(h.residents)
	}
	return n
}

// judgeOwner works out the findings of an owner.
func (r *round) judgeOwner(ref model.Ref) {
	o := r.ownerOf(ref)
	if o == nil {
		return
	}
	if o.pods == 0 {
		r.lay(o, false)
		r.owners.drop(maphash.Comparable(r.seed, ref), o)
		r.want(ref, nil)
		r.shown.Set(o, nil, r.out)
		return
	}
	unsigned, moved, unscanned, old, rotten := draft{}, draft{}, draft{}, draft{}, draft{}
	grave := false
	for _, u := range sorted(o.uses) {
		if !u.ran {
			continue
		}
		it := u.item
		r.judgeSigned(u, &unsigned)
		splits, where := r.splitsOf(u)
		for i, s := range splits {
			on := ""
			switch where[i] {
			case "":
			case anywhere:
				on = ", all of them indexes"
			default:
				on = " on " + where[i]
			}
			l := r.line(u, brief(u.slot.tagged)+" is "+s.digests+on)
			l.whole = true
			moved.add(u, model.High, l)
			moved.soften(s.verdict, s.reason)
		}
		r.judgeScan(u, &unscanned)
		if it.old {
			old.add(u, model.Medium, r.line(u, "built "+moment(it.built)))
		}
		if it.critical() >= tooMany {
			rotten.add(u, model.Medium, r.line(u, it.counted))
		}
		grave = grave || it.critical() > 0
	}
	r.lay(o, grave)
	r.shown.Set(o, gather(
		r.publish("IM05", ref, &unsigned), r.publish("IM06", ref, &moved), r.publish("IM08", ref, &unscanned), r.publish("IM09", ref, &old), r.publish("VP02", ref, &rotten),
		r.judgePulls(ref, o),
	), r.out)
}

// judgeSigned judges IM05. Of an image that no policy asks about in a namespace that others reach nobody hears otherwise.
func (r *round) judgeSigned(u *use, d *draft) {
	switch {
	case u.answer.Refuted:
		d.add(u, model.High, r.line(u, u.answer.Reason))
	case u.answer.Verdict == signature.NotRequired && demanded(r.demands[u.owner.ref.Namespace]):
		d.add(u, model.Medium, r.line(u, "no policy demands its signature here: "+u.answer.Reason))
	}
}

// judgeScan judges IM08. A compromised release is no matter of scans, but whoever looks for what was not looked at has to see it.
func (r *round) judgeScan(u *use, d *draft) {
	it := u.item
	for _, w := range it.warnings {
		d.add(u, model.Critical, r.line(u, w))
		d.soften(model.Yes, "")
	}
	if it.verdict == Scanned {
		return
	}
	severity := model.High
	if it.verdict == Stale || len(r.shelf.all) == 0 {
		severity = model.Medium
	}
	l := r.line(u, it.reason)
	l.verdict = int8(order(it.verdict)) + 1
	d.add(u, severity, l)
	// A report that is filed in another namespace may be of it as well.
	if doubt := r.itemDoubt(it); doubt != "" {
		d.soften(model.Unknown, "there may be reports that cannot be read: "+doubt)
	} else {
		d.soften(model.Yes, "")
	}
}

// soften notes that a finding may not hold. One line that holds for sure outweighs others that may not.
func (d *draft) soften(v model.Verdict, reason string) {
	switch {
	case v == model.Yes:
		d.verdict, d.reason = model.Yes, ""
	case d.verdict == model.Unknown && d.reason == "":
		d.verdict, d.reason = v, reason
	}
}

// publish makes the finding of a draft; nil where nothing was found.
func (r *round) publish(rule string, ref model.Ref, d *draft) *model.Finding {
	if len(d.lines) == 0 {
		return nil
	}
	f := r.telling(rule, d.severity, ref, d.lines)
	if f != nil {
		f.Pods = d.pods()
		if d.reason != "" {
			f.Verdict, f.Reason = d.verdict, brief(d.reason)
		}
	}
	return f
}

func compareUses(a, b *use) int {
	if c := a.owner.ref.Compare(b.owner.ref); c != 0 {
		return c
	}
	if c := strings.Compare(a.slot.name, b.slot.name); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.slot.kind), string(b.slot.kind)); c != 0 {
		return c
	}
	if c := strings.Compare(a.slot.text, b.slot.text); c != 0 {
		return c
	}
	return strings.Compare(a.item.id, b.item.id)
}

// first gives the first pod of a use by name.
func (u *use) first() *resident {
	var first *resident
	for h := range u.homes.all() {
		for _, one := range h.residents {
			if first == nil || one.pod.Name < first.pod.Name {
				first = one
			}
		}
	}
	return first
}

// shows tells that the template of an owner shows what its pods run.
func shows(ref model.Ref) bool {
	return record.TemplatePath(ref.Kind) != "" && model.BuiltIn(ref.GroupKind()) != nil
}

// line is evidence where an owner names an image. Of an owner whose template cannot be told from its kind it is the first of its pods.
func (r *round) line(u *use, text string) line {
	l := line{slot: u.slot, digest: u.item.digest(), text: text}
	if !shows(u.owner.ref) {
		ref := u.first().pod.Ref()
		l.pod = &ref
	}
	return l
}
