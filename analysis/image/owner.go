package image

import (
	"slices"
	"strings"

	"canopy/model"
	"canopy/model/record"
)

// owner is a top owner of pods that run images.
type owner struct {
	uses      map[*use]int
	residents map[*resident]struct{}
	// template and pulls are the pull secrets that the owner itself names, read of that template.
	template record.Template
	pulls    []string
}

// draft gathers what one rule finds of an owner.
type draft struct {
	severity model.Severity
	verdict  model.Verdict
	reason   string
	lines    []model.Evidence
	pods     map[*resident]struct{}
}

func (d *draft) add(u *use, severity model.Severity, line model.Evidence) {
	d.severity = max(d.severity, severity)
	d.lines = append(d.lines, line)
	if d.pods == nil {
		d.pods = map[*resident]struct{}{}
	}
	for h := range u.residents {
		d.pods[h] = struct{}{}
	}
}

// judgeOwner works out the findings of an owner.
func (r *round) judgeOwner(ref model.Ref) {
	o := r.owners[ref]
	if o == nil || len(o.residents) == 0 {
		delete(r.owners, ref)
		r.want(ref, nil)
		r.stand(ref, nil)
		return
	}
	unsigned, moved, unscanned, old := draft{}, draft{}, draft{}, draft{}
	for _, u := range o.sorted() {
		if !u.ran {
			continue
		}
		it := u.item
		if u.answer.Refuted {
			unsigned.add(u, model.High, r.line(u, u.subject()+": "+u.answer.Reason))
		}
		splits, where := r.splitsOf(u)
		for i, s := range splits {
			on := ""
			if where[i] != "" {
				on = " on " + where[i]
			}
			moved.add(u, model.High, r.line(u, brief(u.tagged())+" is "+s.digests+on))
			moved.soften(s.verdict, s.reason)
		}
		r.judgeScan(u, &unscanned)
		if it.old {
			old.add(u, model.Medium, r.line(u, u.subject()+": built "+moment(it.built)))
		}
	}
	if doubt := r.doubtIn(ref.Namespace); doubt != "" && unscanned.severity < model.Critical {
		unscanned.soften(model.Unknown, "there may be reports that cannot be read: "+doubt)
	}
	r.stand(ref, gather(
		r.publish("IM05", ref, &unsigned), r.publish("IM06", ref, &moved), r.publish("IM08", ref, &unscanned), r.publish("IM09", ref, &old), r.judgePulls(ref, o),
	))
}

// judgeScan judges IM08. A compromised release is no matter of scans, but whoever looks for what was not looked at has to see it.
func (r *round) judgeScan(u *use, d *draft) {
	it := u.item
	for _, w := range it.warnings {
		d.add(u, model.Critical, r.line(u, u.subject()+": "+w))
	}
	if it.verdict == Scanned {
		return
	}
	severity := model.High
	if it.verdict == Stale || len(r.shelf.all) == 0 {
		severity = model.Medium
	}
	d.add(u, severity, r.line(u, u.subject()+": "+string(it.verdict)+": "+it.reason))
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
	f := r.finding(rule, d.severity, ref, d.lines...)
	if f != nil {
		f.Pods = len(d.pods)
		if d.reason != "" {
			f.Verdict, f.Reason = d.verdict, brief(d.reason)
		}
	}
	return f
}

// sorted lists the uses in the order of containers.
func (o *owner) sorted() []*use {
	list := make([]*use, 0, len(o.uses))
	for u := range o.uses {
		list = append(list, u)
	}
	slices.SortFunc(list, compareUses)
	return list
}

func compareUses(a, b *use) int {
	if c := a.owner.Compare(b.owner); c != 0 {
		return c
	}
	if c := strings.Compare(a.container, b.container); c != 0 {
		return c
	}
	if c := strings.Compare(string(a.kind), string(b.kind)); c != 0 {
		return c
	}
	if c := strings.Compare(a.text, b.text); c != 0 {
		return c
	}
	return strings.Compare(a.item.id, b.item.id)
}

// subject names an image in evidence: as the spec does, and by what runs.
func (u *use) subject() string {
	if u.item.digest == "" {
		return brief(u.text)
	}
	return brief(u.text) + " (" + short(u.item.digest) + ")"
}

// line is evidence where an owner names an image. Of an owner whose template cannot be told from its kind it is the first of its pods.
func (r *round) line(u *use, value string) model.Evidence {
	if path := record.TemplatePath(u.owner.Kind); path != "" && model.BuiltIn(u.owner.GroupKind()) != nil {
		return model.Evidence{Object: u.owner, Path: path + "." + u.path, Value: value}
	}
	var first *resident
	for h := range u.residents {
		if first == nil || h.ref.Name < first.ref.Name {
			first = h
		}
	}
	return model.Evidence{Object: first.ref, Path: "spec." + u.path, Value: value}
}
