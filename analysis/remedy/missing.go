package remedy

import (
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
)

// missingAccounts is LP24 on owners of pods: it makes the account that they name, and gives the other findings.
func (p *planner) missingAccounts(ref model.Ref, findings []*model.Finding) ([]*model.Finding, error) {
	var rest []*model.Finding
	for _, f := range findings {
		if f.Rule.ID != "LP24" {
			rest = append(rest, f)
			continue
		}
		if err := p.missingAccount(ref, f); err != nil {
			return nil, err
		}
	}
	return rest, nil
}

func (p *planner) missingAccount(ref model.Ref, f *model.Finding) error {
	name := p.accountOf(ref)
	key := types.NamespacedName{Namespace: ref.Namespace, Name: name}
	if name == "" || badName(name) != "" || p.accounts.get(key) != nil {
		p.note(f, "which account is missing cannot be told any more", "kubectl get serviceaccounts --namespace "+quote(ref.Namespace))
		return nil
	}
	account := model.KindByName("ServiceAccount").Ref(ref.Namespace, name)
	for i := range p.creates {
		if d := &p.creates[i]; d.Step.Ref == account {
			// Another owner names it too.
			d.about, d.Closes = append(d.about, f.ID), append(d.Closes, f.ID)
			return nil
		}
	}
	body, err := json.Marshal(&corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: ref.Namespace}, AutomountServiceAccountToken: ptr(false)})
	if err != nil {
		return err
	}
	d, err := created(account, body)
	if err != nil {
		return err
	}
	p.accounts.taken[key] = true
	class := parseBreakage(f.Rule.Breakage)
	d.Evidence = []string{"without the account no pod of " + ref.String() + " can be made; with it they start again",
		"it mounts no token: a workload that speaks to the API sets automountServiceAccountToken true in its template"}
	if p.accounts.isBound(key) {
		class = max(class, needsEvidence)
		d.Evidence = append(d.Evidence, "bindings name the account already, and take effect with it: canopy can sa:"+ref.Namespace+"/"+name+" lists what they grant")
	}
	d.rules, d.about, d.Closes, d.Breakage = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}, class.String()
	p.creates = append(p.creates, d)
	return nil
}

// accountOf reads as which account an owner's pods run; "" where that was not seen.
func (p *planner) accountOf(ref model.Ref) string {
	if t, ok := templateIn(p.c.Get(ref)); ok {
		return t.Decode().Spec.ServiceAccountName
	}
	for _, pod := range p.pods(ref) {
		return pod.Template.Decode().Spec.ServiceAccountName
	}
	return ""
}
