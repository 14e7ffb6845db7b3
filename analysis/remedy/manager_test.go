package remedy

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"canopy/model"
)

func TestManagersAreToldWithTheirSource(t *testing.T) {
	written := func(by string) []metav1.ManagedFieldsEntry {
		now := metav1.Unix(1_800_000_000, 0)
		return []metav1.ManagedFieldsEntry{{Manager: by, Operation: metav1.ManagedFieldsOperationApply, Time: &now, FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:template":{}}}`)}}
	}
	label := func(kv ...string) metav1.ObjectMeta {
		m := map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i]] = kv[i+1]
		}
		return metav1.ObjectMeta{Labels: m}
	}
	note := func(kv ...string) metav1.ObjectMeta { return metav1.ObjectMeta{Annotations: label(kv...).Labels} }
	owner := func(apiVersion, kind, name string) metav1.ObjectMeta {
		return metav1.ObjectMeta{OwnerReferences: []metav1.OwnerReference{{APIVersion: apiVersion, Kind: kind, Name: name, Controller: ptr(true)}}}
	}
	by := func(m metav1.ObjectMeta, writer string) metav1.ObjectMeta {
		m.ManagedFields = written(writer)
		return m
	}
	for name, tc := range map[string]struct {
		meta         metav1.ObjectMeta
		want, source string
	}{
		"nobody":            {metav1.ObjectMeta{}, "", ""},
		"instance alone":    {label("app.kubernetes.io/instance", "shop"), "", ""},
		"instance and Argo": {by(label("app.kubernetes.io/instance", "shop"), "argocd-controller"), "Argo CD application shop", "argocd app get shop"},
		"tracking id":       {note("argocd.argoproj.io/tracking-id", "apps:apps/Deployment:shop/web"), "Argo CD application apps", "Git repository"},
		"apps in any place": {note("argocd.argoproj.io/tracking-id", "team_apps:apps/Deployment:shop/web"), "Argo CD application team_apps", "argocd app get team/apps"},
		"copied id":         {note("argocd.argoproj.io/tracking-id", "apps:apps/Deployment:shop/other"), "", ""},
		"Argo over Helm":    {metav1.ObjectMeta{Annotations: map[string]string{"argocd.argoproj.io/tracking-id": "apps:apps/Deployment:shop/web"}, Labels: map[string]string{"app.kubernetes.io/managed-by": "Helm", "app.kubernetes.io/instance": "x"}}, "Argo CD application apps", ""},
		"Helm":              {note("meta.helm.sh/release-name", "web", "meta.helm.sh/release-namespace", "apps"), "Helm release web", "helm get values web --namespace apps"},
		"Helm by labels":    {label("app.kubernetes.io/managed-by", "Helm", "app.kubernetes.io/instance", "web"), "Helm release web", "--namespace shop"},
		"Helm 2":            {label("heritage", "Tiller", "release", "old"), "Helm release old", ""},
		"Flux":              {label("kustomize.toolkit.fluxcd.io/name", "infra", "kustomize.toolkit.fluxcd.io/namespace", "flux-system"), "Flux Kustomization infra", "--namespace flux-system"},
		"Flux switched off": {metav1.ObjectMeta{Labels: label("kustomize.toolkit.fluxcd.io/name", "infra").Labels, Annotations: note("kustomize.toolkit.fluxcd.io/reconcile", "disabled").Annotations}, "", ""},
		"Flux over Helm":    {label("helm.toolkit.fluxcd.io/name", "pod", "app.kubernetes.io/managed-by", "Helm", "app.kubernetes.io/instance", "pod"), "Flux HelmRelease pod", "spec.values"},
		"Kustomize":         {label("app.kubernetes.io/managed-by", "kustomize-v5.4.3"), "Kustomize", "overlay"},
		"Terraform":         {by(metav1.ObjectMeta{}, "HashiCorp"), "Terraform", "terraform state list"},
		"Pulumi":            {by(metav1.ObjectMeta{}, "pulumi-kubernetes-1a2b"), "Pulumi", "pulumi up"},
		"Fleet":             {metav1.ObjectMeta{Labels: label("objectset.rio.cattle.io/hash", "x", "app.kubernetes.io/managed-by", "Helm").Labels, Annotations: note("meta.helm.sh/release-name", "b").Annotations}, "Rancher Fleet, release b", "fleet.yaml"},
		"kapp":              {label("kapp.k14s.io/app", "1", "kapp.k14s.io/association", "v1.x"), "Carvel kapp", "kapp deploy"},
		"Crossplane":        {label("crossplane.io/composite", "db-x", "crossplane.io/claim-name", "db", "crossplane.io/claim-namespace", "shop"), "Crossplane composite db-x", "claim shop/db"},
		"OLM":               {label("olm.owner", "prom.v0.47", "olm.owner.kind", "ClusterServiceVersion", "olm.owner.namespace", "operators"), "operator lifecycle manager, ClusterServiceVersion prom.v0.47", "Subscription"},
		"custom resource":   {owner("monitoring.coreos.com/v1", "Prometheus", "k8s"), "Prometheus k8s (monitoring.coreos.com)", "whose controller writes this object"},
		"operator's label":  {label("app.kubernetes.io/managed-by", "prometheus-operator"), "operator prometheus-operator", "custom resource"},
		"some other tool":   {label("app.kubernetes.io/managed-by", "deploybot"), "deploybot", "managed-by says"},
		"by hand":           {label("app.kubernetes.io/managed-by", "kubectl"), "", ""},
		"add-on":            {label("addonmanager.kubernetes.io/mode", "Reconcile"), "the add-on manager", "addons"},
		"add-on made once":  {label("addonmanager.kubernetes.io/mode", "EnsureExists"), "", ""},
		"hostile":           {note("meta.helm.sh/release-name", "a; rm -rf /"), "Helm release a; rm -rf /", "'a; rm -rf /'"},
	} {
		tpl := good()
		tpl.Spec.HostPID = true
		d := owned("Deployment", tpl).(*appsv1.Deployment)
		d.Labels, d.Annotations, d.OwnerReferences, d.ManagedFields = tc.meta.Labels, tc.meta.Annotations, tc.meta.OwnerReferences, tc.meta.ManagedFields
		fix := fixOne(t, holding(t, d), finding("PS02", ref("Deployment", "web")))
		got := &fix.Documents[0]
		if got.ManagedBy != tc.want || !strings.Contains(got.Source, tc.source) || (got.Source == "") != (tc.want == "") {
			t.Errorf("%s: %q %q", name, got.ManagedBy, got.Source)
		}
		if tc.want != "" && !strings.Contains(text(fix), "which may take a live change back: make it in ") && !strings.Contains(text(fix), "make it where ") {
			t.Errorf("%s: %s", name, text(fix))
		}
	}
}

func TestKubectlApplyIsTold(t *testing.T) {
	tpl := good()
	tpl.Spec.HostPID = true
	d := owned("Deployment", tpl).(*appsv1.Deployment)
	d.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": "{}"}
	fix := fixOne(t, holding(t, d), finding("PS02", ref("Deployment", "web")))
	if len(fix.Managed()) != 0 || !strings.Contains(text(fix), "kubectl apply edit-last-applied deployment.v1.apps web --namespace shop") {
		t.Error(text(fix))
	}
}

// Another object of the same name stays.
func TestDeletionsAreOfOneObject(t *testing.T) {
	b := bindAll("b", "cluster-admin", user("ann"))
	b.UID = "one"
	fix, _ := ended(t, world(t, b), "LP01/rbac.authorization.k8s.io/ClusterRoleBinding//b")
	if s := fix.Plan.Steps[0]; s.Verb != model.Delete || s.UID != "one" {
		t.Errorf("%+v", s)
	}
}
