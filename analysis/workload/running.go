package workload

import (
	"slices"

	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// Running lists the accounts whose pods hold a token, as far as is known, sorted, and a number that changes with the list,
// which itself is never changed.
func (a *Analyser) Running() ([]model.Subject, uint64) { return a.running, a.runs }

// asks tells that a pod holds a token of its account whatever the account says: the pod asks for it, or the volume is there.
func (j *judgement) asks() bool {
	return j.projects || (j.automount != "false" && (j.automount == "true" || j.token))
}

// leaves tells that a pod leaves it to its account.
func (j *judgement) leaves() bool { return j.automount == "" }

// run notes that pods of a group with a judgement have begun to run, or do no more. A static pod has no account.
func (a *Analyser) run(g *group, j *judgement, p *record.Pod, n int) {
	if mirror(p) {
		return
	}
	acct := a.accounts[types.NamespacedName{Namespace: g.owner.Namespace, Name: j.account}]
	switch {
	case j.asks():
		acct.asking += n
	case j.leaves():
		acct.leaving += n
	}
	a.note(acct)
}

// note keeps the list of the accounts whose pods hold a token.
func (a *Analyser) note(acct *account) {
	running := acct.asking > 0 || (acct.leaving > 0 && acct.mounts != model.No)
	if running == acct.running {
		return
	}
	acct.running = running
	s := model.Subject{Kind: model.AccountSubject, Namespace: acct.key.Namespace, Name: acct.key.Name}
	i, there := slices.BinarySearchFunc(a.running, s, model.Subject.Compare)
	a.runs++
	// Others hold the list as it was.
	if list := slices.Clone(a.running); running && !there {
		a.running = slices.Insert(list, i, s)
	} else if !running && there {
		a.running = slices.Delete(list, i, i+1)
	}
}
