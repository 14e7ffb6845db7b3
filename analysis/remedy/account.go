package remedy

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/cluster"
	"canopy/model/record"
)

const defaultAccount = "default"

// dedicatedAccount is LP21 on a workload. The deprecated field is an alias that the API keeps equal; where it is written
// it has to follow.
func (e *editor) dedicatedAccount() {
	s := &e.t.Spec
	if e.account == "" || !usesDefault(s) {
		return
	}
	s.ServiceAccountName = e.account
	if s.DeprecatedServiceAccount != "" {
		s.DeprecatedServiceAccount = e.account
	}
}

func usesDefault(s *corev1.PodSpec) bool {
	name := s.ServiceAccountName
	if name == "" {
		name = s.DeprecatedServiceAccount
	}
	return name == "" || name == defaultAccount
}

// noToken is LP22 on a workload.
func (e *editor) noToken() {
	if a := e.t.Spec.AutomountServiceAccountToken; a == nil || *a {
		e.t.Spec.AutomountServiceAccountToken = ptr(false)
		if e.unsure["LP22"] {
			e.harm(needsEvidence, "the token goes out of the containers; what the account may do is not known, and a workload that speaks to the API stops doing so")
			return
		}
		e.harm(harmless, "the token goes out of the containers; the account holds nothing beyond discovery, so that only a client that asks the API for its version or paths notices")
	}
}

// accounts knows which ServiceAccounts of a cluster are free, and gives each workload one of its own.
type accounts struct {
	c *cluster.Cluster
	// taken holds those that this fix has given away.
	taken map[types.NamespacedName]bool
	// bound and used are filled at the first question: who holds a role, and as whom pods run.
	bound, used map[types.NamespacedName]bool
}

func newAccounts(c *cluster.Cluster) *accounts {
	return &accounts{c: c, taken: map[types.NamespacedName]bool{}}
}

func (a *accounts) get(name types.NamespacedName) *record.Typed[*corev1.ServiceAccount] {
	r, _ := cluster.Find[*record.Typed[*corev1.ServiceAccount]](a.c, "ServiceAccount", name.Namespace, name.Name)
	return r
}

// assign gives the name of the account for a workload: its own name, or one with a number behind where that is in use.
// An account that is there already serves if nobody runs as it and no role is bound to it; then exists is true. Neither may
// be so for one that is not there: whoever makes it would hold what is bound to it.
func (a *accounts) assign(namespace, workload string) (name string, exists bool) {
	for i := 1; ; i++ {
		name = workload
		if i > 1 {
			name += "-" + strconv.Itoa(i)
		}
		key := types.NamespacedName{Namespace: namespace, Name: name}
		there := a.get(key)
		// The default account is never dedicated to anyone, and an annotation may stand for a cloud identity.
		if name == defaultAccount || a.taken[key] || a.isBound(key) || a.isUsed(key) || there != nil && there.Annotations.Len() > 0 {
			continue
		}
		a.taken[key] = true
		return name, there != nil
	}
}

func (a *accounts) isBound(key types.NamespacedName) bool {
	if a.bound == nil {
		a.bound = map[types.NamespacedName]bool{}
		for r := range a.c.All(schema.GroupKind{Group: model.GroupRBAC, Kind: "RoleBinding"}) {
			if b, ok := r.(*record.Typed[*rbacv1.RoleBinding]); ok {
				a.bind(b.Object.Subjects, b.Namespace)
			}
		}
		for r := range a.c.All(schema.GroupKind{Group: model.GroupRBAC, Kind: "ClusterRoleBinding"}) {
			if b, ok := r.(*record.Typed[*rbacv1.ClusterRoleBinding]); ok {
				a.bind(b.Object.Subjects, "")
			}
		}
	}
	return a.bound[key]
}

func (a *accounts) bind(subjects []rbacv1.Subject, namespace string) {
	for _, s := range subjects {
		switch s.Kind {
		case rbacv1.ServiceAccountKind:
			ns := s.Namespace
			if ns == "" {
				ns = namespace
			}
			a.bound[types.NamespacedName{Namespace: ns, Name: s.Name}] = true
		case rbacv1.UserKind:
			if name, ok := accountUser(s.Name); ok {
				a.bound[name] = true
			}
		}
	}
}

func (a *accounts) isUsed(key types.NamespacedName) bool {
	if a.used == nil {
		a.used = map[types.NamespacedName]bool{}
		for _, kind := range []string{"Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "ReplicationController", "Job", "CronJob", "Pod"} {
			for r := range a.c.All(model.KindByName(kind).GroupKind()) {
				if t, ok := templateIn(r); ok {
					a.used[types.NamespacedName{Namespace: r.GetNamespace(), Name: t.Decode().Spec.ServiceAccountName}] = true
				}
			}
		}
	}
	return a.used[key]
}

func templateIn(r model.Record) (record.Template, bool) {
	switch t := r.(type) {
	case *record.Workload:
		return t.Template, !t.Template.IsZero()
	case *record.Pod:
		return t.Template, true
	}
	return record.Template{}, false
}

// account prepares LP21 on a workload: it picks the account and makes the document that creates it.
func (p *planner) account(w *record.Workload, e *editor, f *model.Finding) error {
	if !usesDefault(&e.t.Spec) {
		return nil
	}
	name, exists := p.accounts.assign(w.Namespace, w.Name)
	e.account = name
	old := types.NamespacedName{Namespace: w.Namespace, Name: defaultAccount}
	if p.accounts.isBound(old) {
		e.harm(needsEvidence, "ServiceAccount default is bound to roles, which %s does not have: grant it what the workload uses (canopy can sa:%s/default lists it)", name, w.Namespace)
	}
	if !isOff(e.t.Spec.AutomountServiceAccountToken) {
		e.harm(likelySafe, "ServiceAccount %s mounts no token: a workload that speaks to the API sets automountServiceAccountToken true in its template", name)
	}
	if r := p.accounts.get(old); r != nil && r.Annotations.Len() > 0 {
		e.harm(needsEvidence, "ServiceAccount default carries annotations, perhaps a cloud identity: move what the workload uses to %s", name)
	}
	for _, kind := range []string{"ServiceAccount", "RoleBinding", "ClusterRoleBinding"} {
		if seen := p.c.Seen(model.KindByName(kind).GroupKind(), w.Namespace); seen.State != model.Complete {
			e.harm(harmless, "not every %s was seen (%s): one that is missing here may already use the name %s, or grant something to default", kind, seen.State, name)
		}
	}
	if exists {
		e.harm(harmless, "ServiceAccount %s is there already and nobody uses it", name)
		return nil
	}
	obj := &corev1.ServiceAccount{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ServiceAccount"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: w.Namespace}, AutomountServiceAccountToken: ptr(false)}
	if r := p.accounts.get(old); r != nil {
		// Admission copies these into pods: without them private images could not be pulled any more.
		obj.ImagePullSecrets = slices.Clone(r.Object.ImagePullSecrets)
	}
	body, err := json.Marshal(obj)
	if err != nil {
		return err
	}
	d, err := created(model.KindByName("ServiceAccount").Ref(w.Namespace, name), body)
	if err != nil {
		return err
	}
	d.rules, d.about, d.Breakage = []*model.Rule{f.Rule}, []string{f.ID}, harmless.String()
	d.Evidence = []string{"nothing uses the account until " + w.Ref().String() + " names it"}
	p.creates = append(p.creates, d)
	return nil
}

func isOff(b *bool) bool { return b != nil && !*b }

// serviceAccount fixes findings on a ServiceAccount itself.
func (p *planner) serviceAccount(ref model.Ref, findings []*model.Finding) error {
	for _, f := range findings {
		r := p.accounts.get(types.NamespacedName{Namespace: ref.Namespace, Name: ref.Name})
		if f.Rule.ID != "LP22" || r == nil {
			p.note(f, "a role is bound to the account, and only its owner knows who needs it",
				"list what it may do: canopy can sa:"+ref.Namespace+"/"+ref.Name,
				"create a ServiceAccount for each workload that needs some of it, and bind a role with just that",
				"then delete the binding, or take the account out of its subjects: kubectl edit rolebinding or clusterrolebinding")
			continue
		}
		body, err := json.Marshal(partial(ref, map[string]any{"automountServiceAccountToken": false}))
		if err != nil {
			return err
		}
		d, err := patchDocument(ref, types.StrategicMergePatchType, body)
		if err != nil {
			return err
		}
		d.rules, d.about, d.Closes = []*model.Rule{f.Rule}, []string{f.ID}, []string{f.ID}
		d.Breakage = max(likelySafe, parseBreakage(f.Rule.Breakage)).String()
		if why := doubtOf(f); why != "" {
			d.Breakage = max(needsEvidence, parseBreakage(d.Breakage)).String()
			d.Evidence = append(d.Evidence, why)
		}
		d.Evidence = append(d.Evidence, "every pod that runs as the account and does not ask for the token itself is made without it from its next start on")
		d.keep(&r.Meta)
		p.creates = append(p.creates, d)
	}
	return nil
}

// accountUser reads the user name by which an account signs in.
func accountUser(user string) (types.NamespacedName, bool) {
	rest, ok := strings.CutPrefix(user, "system:serviceaccount:")
	ns, name, both := strings.Cut(rest, ":")
	return types.NamespacedName{Namespace: ns, Name: name}, ok && both
}
