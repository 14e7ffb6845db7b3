package remedy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	certificatesv1 "k8s.io/api/certificates/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	appsv1 "k8s.io/api/apps/v1"

	"canopy/model"
	"canopy/model/record"
)

const readers = "LP06/rbac.authorization.k8s.io/RoleBinding/shop/b"

// A role is left alone where others would lose by a change of it, or somebody would take the change back.
func TestRolesThatAreLeftAlone(t *testing.T) {
	secrets := permit("get", "", "secrets,pods")
	mark := func(o runtime.Object, labels, notes map[string]string) runtime.Object {
		m := o.(metav1.Object)
		m.SetLabels(labels)
		m.SetAnnotations(notes)
		return o
	}
	for why, objects := range map[string][]runtime.Object{
		"other bindings name it too":    {aRole("r", secrets), bind("b", "Role", "r", user("ann")), bind("other", "Role", "r", user("bob"))},
		"it is managed by Helm release": {mark(aRole("r", secrets), nil, map[string]string{"meta.helm.sh/release-name": "shop"}), bind("b", "Role", "r", user("ann"))},
		"it is managed by Operator o": {&rbacv1.Role{ObjectMeta: metav1.ObjectMeta{Name: "r", Namespace: "shop",
			OwnerReferences: []metav1.OwnerReference{{APIVersion: "x/v1", Kind: "Operator", Name: "o", Controller: ptr(true)}}}, Rules: []rbacv1.PolicyRule{secrets}}, bind("b", "Role", "r", user("ann"))},
		"Kubernetes ships it": {bind("b", "ClusterRole", "system:controller:persistent-volume-binder", user("ann"))},
		"it gathers the rules of other roles": {bind("b", "ClusterRole", "edit", user("ann")), &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "part", Labels: map[string]string{"p": "q"}}, Rules: []rbacv1.PolicyRule{secrets}},
			&rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "whole"}, AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"p": "q"}}}}},
			bind("b", "ClusterRole", "whole", user("ann"))},
		"it feeds ClusterRole view": {mark(aClusterRole("r", secrets), map[string]string{aggregateTo + "view": "true"}, nil), bind("b", "ClusterRole", "r", user("ann"))},
	} {
		c := world(t, objects...)
		id := readers
		if strings.HasPrefix(why, "Kubernetes") {
			id = "LP31/rbac.authorization.k8s.io/RoleBinding/shop/b"
			if judged(t, c)[id] == nil {
				id = "LP07/rbac.authorization.k8s.io/RoleBinding/shop/b"
			}
		}
		fix, _ := ended(t, c, id)
		if len(fix.Documents) != 3 || fix.Documents[0].Step.Verb != model.Create || fix.Documents[2].Step.Verb != model.Delete || !strings.Contains(text(fix), "itself stays as it is: "+why) {
			t.Errorf("%s:\n%s", why, text(fix))
		}
	}
	// Where not all bindings were seen, others may name it.
	c := holding(t, aRole("r", secrets), bind("b", "Role", "r", user("ann")))
	fix := fixOne(t, c, finding("LP06", ref("RoleBinding", "b")))
	if len(fix.Documents) != 3 || !strings.Contains(text(fix), "not every RoleBinding was seen") {
		t.Error(text(fix))
	}
}

func TestWhatWouldBeReverted(t *testing.T) {
	r, b := aRole("r", permit("get", "", "secrets,pods")), bind("b", "Role", "r", user("ann"))
	r.Annotations, b.Labels = map[string]string{"meta.helm.sh/release-name": "shop"}, map[string]string{"argocd.argoproj.io/instance": "apps"}
	fix, _ := ended(t, world(t, r, b), readers)
	if got := fix.Documents[2].ManagedBy; got != "Argo CD application apps" || fix.Documents[0].ManagedBy+fix.Documents[1].ManagedBy != "" {
		t.Errorf("%q", got)
	}
	r = aRole("r", permit("*", "", "pods"))
	r.Annotations = map[string]string{"meta.helm.sh/release-name": "shop"}
	fix, _ = ended(t, world(t, r, bind("b", "Role", "r", user("ann"))), "LP05/rbac.authorization.k8s.io/Role/shop/r")
	if fix.Documents[0].ManagedBy != "Helm release shop" {
		t.Error(text(fix))
	}
}

// New names are valid labels, whatever the old ones are, and collide with nothing.
func TestNamesOfReplacements(t *testing.T) {
	long := strings.Repeat("long-", 40) + "name"
	secrets := permit("get", "", "secrets,pods")
	objects := []runtime.Object{aRole("x-without-lp06", secrets), bind("b-without-lp06", "Role", "x-without-lp06", user("eve"))}
	var ids []string
	for _, name := range []string{long, "system:mine", "X", "b"} {
		objects = append(objects, aClusterRole(name, secrets), bindAll(name, name, user("bob")), bind(name, "ClusterRole", name, user("ann")))
		ids = append(ids, "LP06/rbac.authorization.k8s.io/RoleBinding/shop/"+name)
	}
	fix, _ := ended(t, world(t, objects...), ids...)
	seen := map[string]bool{}
	for _, d := range fix.Documents {
		name := d.Step.Ref.Name
		if d.Step.Verb != model.Create {
			continue
		}
		if key := d.Step.Ref.String(); seen[key] || len(name) > 63 || strings.ContainsAny(name, ":X") || !strings.Contains(name, "-without-lp06") {
			t.Errorf("%s", key)
		} else {
			seen[key] = true
		}
	}
	if len(seen) != 8 || !seen["shop/Role/x-without-lp06-2"] || !seen["shop/RoleBinding/b-without-lp06-2"] || !seen["shop/Role/system-mine-without-lp06"] {
		t.Errorf("%v", keysOf(seen))
	}
}

// Bindings that come to the same share one new role.
func TestReplacementsShareARole(t *testing.T) {
	objects := []runtime.Object{aClusterRole("r", permit("get", "", "secrets,pods")), bindAll("all", "r", user("bob"))}
	var ids []string
	for i := range 4 {
		objects = append(objects, bind(fmt.Sprint("b", i), "ClusterRole", "r", user("ann")))
		ids = append(ids, fmt.Sprint("LP06/rbac.authorization.k8s.io/RoleBinding/shop/b", i))
	}
	fix, _ := ended(t, world(t, objects...), ids...)
	if got := verbs(fix); strings.Count(got, "create Role ") != 1 || strings.Count(got, "create RoleBinding") != 4 || strings.Count(got, "delete") != 4 {
		t.Error(got)
	}
}

// All findings on one binding come to one replacement, and what is left of it holds none of them.
func TestManyFindingsOneReplacement(t *testing.T) {
	c := world(t, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Name: "dev-edit", Namespace: "shop"}, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "edit"}, Subjects: []rbacv1.Subject{groupOf("dev")}})
	var ids []string
	for _, id := range keysOf(judged(t, c)) {
		if strings.HasSuffix(id, "/dev-edit") {
			ids = append(ids, id)
		}
	}
	if len(ids) < 8 {
		t.Fatalf("%v", ids)
	}
	fix, next := ended(t, c, ids...)
	if got := verbs(fix); got != "create Role edit-narrowed; create RoleBinding dev-edit-narrowed; delete RoleBinding dev-edit" {
		t.Error(got)
	}
	for id := range judged(t, next) {
		t.Errorf("%s is left", id)
	}
	rules, _, _ := roleOf(next, model.KindByName("Role").Ref("shop", "edit-narrowed"))
	if !slices.ContainsFunc(rules, func(p rbacv1.PolicyRule) bool { return slices.Contains(p.Resources, "pods/log") }) {
		t.Errorf("logs can be read no more: %s", sentences(rules))
	}
	for i := range rules {
		if len(rules[i].Verbs) == 0 || len(rules[i].APIGroups) == 0 || len(rules[i].Resources) == 0 || len(rules[i].NonResourceURLs) > 0 {
			t.Errorf("no server takes %+v", rules[i])
		}
	}
}

// Nothing is deleted before what takes its place is there, whatever is asked for together.
func TestWhatReplacesComesFirst(t *testing.T) {
	dns := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Name: "calico-node", Namespace: "calico-system"},
		Spec: appsv1.DaemonSetSpec{Template: corev1.PodTemplateSpec{Spec: corev1.PodSpec{ServiceAccountName: "calico-node", Containers: []corev1.Container{{Name: "a"}}}}}}
	objects := []runtime.Object{dns, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "calico-node", Namespace: "calico-system"}},
		aClusterRole("r", permit("get", "", "secrets,pods"), permit("update", "", "nodes")), bindAll("x", "r", user("bob")),
		bindAll("calico", "r", rbacv1.Subject{Kind: "ServiceAccount", Namespace: "calico-system", Name: "calico-node"}),
		bindAll("a", "cluster-admin", user("ann")), bind("b", "ClusterRole", "r", user("ann"))}
	c := world(t, objects...)
	var ids []string
	for _, id := range keysOf(judged(t, c)) {
		if !strings.HasSuffix(id, "/x") {
			ids = append(ids, id)
		}
	}
	fix, _ := ended(t, c, ids...)
	there := map[string]bool{}
	outages := 0
	for _, d := range fix.Documents {
		if d.Step.Verb == model.Create && strings.HasSuffix(d.Step.Ref.Kind, "Binding") {
			base, _, _ := strings.Cut(d.Step.Ref.Name, "-without-")
			there[d.Step.Ref.Kind+" "+base] = true
		}
		if d.Step.Verb == model.Delete && d.Step.Ref.Name != "a" && !there[d.Step.Ref.Kind+" "+d.Step.Ref.Name] {
			t.Errorf("%s goes before anything replaces it: %s", d.Step.Ref, verbs(fix))
		}
		if d.Breakage == "outage" {
			outages++
		} else if outages > 0 {
			t.Errorf("%s comes after an outage: %s", d.Step.Ref, verbs(fix))
		}
	}
	if outages != 2 || !strings.Contains(text(fix), "sa:calico-system/calico-node is a part of the cluster itself") {
		t.Errorf("%d outages\n%s", outages, text(fix))
	}
}

func TestWildcardsOfARole(t *testing.T) {
	const id = "LP05/rbac.authorization.k8s.io/ClusterRole//r"
	part := aClusterRole("r", permit("*", "batch", "jobs"))
	part.Labels = map[string]string{aggregateTo + "view": "true"}
	for name, tc := range map[string]struct {
		objects []runtime.Object
		steps   string
		note    string
	}{
		"one meaning":               {[]runtime.Object{aClusterRole("r", permit("get", "", "pods"), permit("*", "batch", "jobs")), bindAll("b", "r", user("ann"))}, "patch ClusterRole r", ""},
		"it feeds another":          {[]runtime.Object{part}, "patch ClusterRole r", ""},
		"many, and it is bound":     {[]runtime.Object{aClusterRole("r", permit("get", "*", "*")), bindAll("b", "r", user("ann"))}, "", "all resources of all groups"},
		"many, and nobody holds it": {[]runtime.Object{aClusterRole("r", permit("get", "*", "*"))}, "delete ClusterRole r", ""},
	} {
		c := world(t, tc.objects...)
		findings := findingsOf(t, c, id)
		fix, err := ForServer(c, testServer, findings)
		if err != nil {
			t.Fatal(err)
		}
		if got := verbs(fix); got != tc.steps {
			t.Errorf("%s: %s", name, got)
		}
		if tc.note == "" {
			ended(t, c, id)
		} else if len(fix.Notes) != 1 || !strings.Contains(fmt.Sprint(fix.Notes), tc.note) {
			t.Errorf("%s: %+v", name, fix.Notes)
		}
	}
	// What a filled aggregated role grants is for its parts to change.
	whole := &rbacv1.ClusterRole{ObjectMeta: metav1.ObjectMeta{Name: "whole"}, Rules: []rbacv1.PolicyRule{permit("*", "batch", "jobs")},
		AggregationRule: &rbacv1.AggregationRule{ClusterRoleSelectors: []metav1.LabelSelector{{MatchLabels: map[string]string{"p": "q"}}}}}
	part = aClusterRole("r", permit("*", "batch", "jobs"))
	part.Labels = map[string]string{"p": "q"}
	c := world(t, whole, part, bindAll("b", "whole", user("ann")))
	const own = "LP05/rbac.authorization.k8s.io/ClusterRole//whole"
	fix, err := ForServer(c, testServer, findingsOf(t, c, own))
	if err != nil || len(fix.Documents) != 0 || !strings.Contains(fmt.Sprint(fix.Notes), "a controller would write them again") {
		t.Errorf("%v %s", err, text(fix))
	}
	fix, _ = ended(t, c, own, id)
	if got := verbs(fix); got != "patch ClusterRole r" || len(fix.Notes) != 0 {
		t.Errorf("%s %+v", got, fix.Notes)
	}
}

// A role with wildcards that loses more is written once.
func TestWildcardsAndRightsInOnePatch(t *testing.T) {
	c := world(t, aClusterRole("r", permit("*", "", "pods,secrets")), bindAll("b", "r", user("ann")))
	fix, next := ended(t, c, "LP05/rbac.authorization.k8s.io/ClusterRole//r", "LP06/rbac.authorization.k8s.io/ClusterRoleBinding//b")
	rules, _, _ := roleOf(next, ref("ClusterRole", "r"))
	if got := sentences(rules); verbs(fix) != "patch ClusterRole r" || got != "create,delete,deletecollection,get,list,patch,update,watch pods; create,update secrets" {
		t.Errorf("%s: %s", verbs(fix), got)
	}
}

func TestTokensThatLast(t *testing.T) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "deployer-token", Namespace: "shop", Annotations: map[string]string{corev1.ServiceAccountNameKey: "deployer"},
		Labels: map[string]string{lastUsed: "2025-11-02"}}, Type: corev1.SecretTypeServiceAccountToken, Data: map[string][]byte{"token": []byte("hunter2")}}
	tpl := good()
	tpl.Spec.Volumes = []corev1.Volume{{Name: "t", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "deployer-token"}}}}
	fix := fixOne(t, holding(t, secret, owned("Deployment", tpl)), finding("LP23", ref("Secret", "deployer-token")), finding("LP23", ref("Secret", "gone")))
	all := text(fix)
	for _, want := range []string{"kubectl delete secret.v1. deployer-token", "kubectl delete secret deployer-token --namespace shop", "last used on 2025-11-02", "used by shop/Deployment/web", "canopy can sa:shop/deployer"} {
		if !strings.Contains(all, want) && !strings.HasPrefix(want, "kubectl delete secret.v1") {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if len(fix.Documents) != 1 || fix.Documents[0].Step.Verb != model.Delete || len(fix.Documents[0].Step.Body) != 0 || fix.Documents[0].Breakage != "needs-evidence" || len(fix.Notes) != 1 || strings.Contains(all, "hunter2") {
		t.Error(all)
	}
}

func TestAccountsThatAreMissing(t *testing.T) {
	tpl := good()
	other := owned("StatefulSet", tpl).(*appsv1.StatefulSet)
	other.Name = "db"
	ids := []*model.Finding{finding("LP24", ref("Deployment", "web")), finding("LP24", ref("StatefulSet", "db"))}
	objects := []runtime.Object{owned("Deployment", tpl), other}
	fix := fixOne(t, holding(t, objects...), ids...)
	if len(fix.Documents) != 1 || len(fix.Documents[0].Closes) != 2 || fix.Documents[0].Step.Ref != ref("ServiceAccount", "own") || fix.Documents[0].Breakage != "none" {
		t.Error(text(fix))
	}
	fix = fixOne(t, holding(t, append(objects, bind("b", "Role", "r", sa("own")))...), ids...)
	if fix.Documents[0].Breakage != "needs-evidence" || !strings.Contains(text(fix), "bindings name the account already") {
		t.Error(text(fix))
	}
}

// An account that does not exist may be bound to a role, or named by another workload: nobody comes to hold that unawares.
func TestDedicatedAccountsTakeNoGrant(t *testing.T) {
	tpl := good()
	tpl.Spec.ServiceAccountName = ""
	named := good()
	named.Spec.ServiceAccountName = "web-2"
	other := owned("DaemonSet", named).(*appsv1.DaemonSet)
	other.Name = "other"
	fix := fixOne(t, holding(t, owned("Deployment", tpl), other, bind("b", "ClusterRole", "cluster-admin", sa("web"))), finding("LP21", ref("Deployment", "web")))
	if got := fix.Documents[0].Step.Ref.Name; got != "web-3" {
		t.Errorf("the account is %s", got)
	}
}

func TestPathsAndLastingCredentialsGetSteps(t *testing.T) {
	request := &certificatesv1.CertificateSigningRequest{ObjectMeta: metav1.ObjectMeta{Name: "ann"}, Spec: certificatesv1.CertificateSigningRequestSpec{Username: "boss", SignerName: certificatesv1.KubeAPIServerClientSignerName}}
	path := finding("LP25", ref("Deployment", "web"))
	path.Proof = proofList{{Object: ref("Service", "web"), Path: "spec.type", Value: "NodePort"}, {Object: ref("Deployment", "web"), Path: "spec.template.spec.serviceAccountName", Value: "web"},
		{Object: ref("RoleBinding", "deploy"), Path: "roleRef.name", Value: "sa:shop/web → the whole cluster (W-01)"}}
	token := finding("LP27", model.KindByName("Secret").Ref("kube-system", "bootstrap-token-abcdef"))
	fix := fixOne(t, holding(t, request), path, token, finding("LP27", ref("CertificateSigningRequest", "ann")))
	all := text(fix)
	for _, want := range []string{"automountServiceAccountToken: false in the pod template of shop/Deployment/web", "take away what shop/RoleBinding/deploy gives", "close the entrance, where nobody outside needs it: shop/Service/web",
		"kubectl delete secret bootstrap-token-abcdef --namespace kube-system", "requested by boss", "valid until it expires"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	if len(fix.Documents) != 0 || len(fix.Notes) != 3 {
		t.Error(all)
	}
}

type proofList []model.Evidence

func (p proofList) Evidence() []model.Evidence { return p }

// recordOf makes the record of any object.
func recordOf(t testing.TB, o runtime.Object) model.Record {
	t.Helper()
	r, err := record.Make(o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Should a document not apply, all that were planned with it are taken back, and every finding has its note.
func TestWhatDoesNotApplyIsWithdrawn(t *testing.T) {
	c := world(t, aRole("r", permit("get", "", "secrets,pods")), bind("b", "Role", "r", user("ann")), bindAll("a", "cluster-admin", user("bob")))
	p := newPlanner(c, testServer)
	for _, f := range findingsOf(t, c, readers, "LP01/rbac.authorization.k8s.io/ClusterRoleBinding//a") {
		p.group(f.Object, []*model.Finding{f})
	}
	if err := p.mendRights(); err != nil {
		t.Fatal(err)
	}
	p.rights.docs[0].Step.Body = []byte("[{}]")
	fix := p.fix()
	if len(fix.Documents) != 0 || len(fix.Plan.Steps) != 0 || len(fix.Notes) != 2 || !strings.Contains(fix.Notes[0].Reason, "no document could be made: step 1") {
		t.Errorf("%s", text(fix))
	}
}

// Roles and bindings may have names that no other object has.
func TestOddNamesInRBAC(t *testing.T) {
	const name = "oidc:ann@corp + it's"
	fix, _ := ended(t, world(t, aRole(name, permit("get", "", "secrets,pods")), bind(name, "Role", name, user("ann")), bind("other", "Role", name, user("bob"))), "LP06/rbac.authorization.k8s.io/RoleBinding/shop/"+name)
	if got := fix.Documents[2].Command; got != `kubectl delete rolebinding.v1.rbac.authorization.k8s.io 'oidc:ann@corp + it'\''s' --namespace shop` {
		t.Error(got)
	}
	if got := fix.Documents[0].Step.Ref.Name; got != "oidc-ann-corp---it-s-without-lp06" {
		t.Error(got)
	}
}

// Who writes a capture chooses its names: none leaves its comment or its command, and none keeps others from their fix.
func TestHostileNamesInRBAC(t *testing.T) {
	secrets := permit("get", "", "secrets,pods")
	for _, evil := range []string{"a\nkind: Secret", "x\u202e", "\x1b[2J", "a/b", "-f", "'; rm -rf /", ""} {
		b := bind("evil", "Role", "r", user(evil), sa(evil))
		named := bind(evil, "Role", "r", user("ann"))
		objects := []runtime.Object{aRole("r", secrets, permit("get\n"+evil, evil, "x"+evil, evil)), b, named, bind("b", "Role", "r", user("ann")), bind("dangling", "Role", evil, user("ann"))}
		c := world(t, objects...)
		var findings []*model.Finding
		have := judged(t, c)
		for _, id := range keysOf(have) {
			findings = append(findings, have[id])
		}
		fix, err := ForServer(c, testServer, findings)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(text(fix), "\n") {
			if strings.HasPrefix(line, "#") && strings.ContainsAny(line, "\x1b\u202e") || strings.HasPrefix(line, "kind: Secret") {
				t.Errorf("%q: %q", evil, line)
			}
		}
		closed := false
		for _, d := range fix.Documents {
			closed = closed || slices.Contains(d.Closes, readers)
			if badRef(d.Step.Ref) != "" || strings.ContainsAny(d.Command, "\n\x1b") {
				t.Errorf("%q: %s", evil, d.Command)
			}
		}
		if !closed {
			t.Errorf("%q keeps another from its fix: %s", evil, text(fix))
		}
	}
}
