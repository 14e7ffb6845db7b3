package remedy

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"canopy/model"
	"canopy/model/record"
)

// manager is what keeps an object as it is written elsewhere, and would take a live change back.
type manager struct {
	// name is such as "Helm release web"; "" where none is known.
	name string
	// source says where the change belongs.
	source string
}

// managerOf finds out what keeps an object, the surest sign first: a controller that owns it, marks that only one tool sets, what it
// says of itself, and who wrote it last.
func managerOf(m *record.Meta) manager {
	for _, look := range [...]func(*record.Meta) manager{ownedBy, operators, argo, flux, rancher, carvel, crossplane, helm, labelled, addon, writer} {
		if k := look(m); k.name != "" {
			return k
		}
	}
	return manager{}
}

// keep writes into a document what would take a change of an object back, and binds a deletion to that very object.
func (d *Document) keep(m *record.Meta) {
	if m == nil {
		return
	}
	if d.Step.Verb == model.Delete {
		d.Step.UID = m.UID
	}
	k := managerOf(m)
	d.ManagedBy, d.Source = k.name, k.source
	if k.name != "" {
		return
	}
	if m.LastApplied && m.Kind.Kind != "Secret" {
		say(&d.Evidence, "kubectl apply made it: whoever applies the old file again puts back what this takes away, so change the file too; without the file: kubectl apply view-last-applied %s prints it, kubectl apply edit-last-applied %s changes the copy that the object carries",
			target(m.Ref()), target(m.Ref()))
		return
	}
	if by := m.Writer; by != "" && !strings.HasPrefix(by, "kubectl") && by != "canopy" {
		say(&d.Evidence, "%s wrote it last, as the object says: find out whether that would write it again", by)
	}
}

// metaOf gives the metadata of an object of which documents are made; nil of another.
func metaOf(r model.Record) *record.Meta {
	switch t := r.(type) {
	case *record.Workload:
		return &t.Meta
	case *record.Pod:
		return &t.Meta
	case *record.Secret:
		return &t.Meta
	case *record.Typed[*corev1.Namespace]:
		return &t.Meta
	case *record.Typed[*corev1.ServiceAccount]:
		return &t.Meta
	case *record.Typed[*corev1.Service]:
		return &t.Meta
	case *record.Typed[*networkingv1.Ingress]:
		return &t.Meta
	case *record.Typed[*networkingv1.NetworkPolicy]:
		return &t.Meta
	case *record.Typed[*policyv1.PodDisruptionBudget]:
		return &t.Meta
	case *record.Typed[*rbacv1.Role]:
		return &t.Meta
	case *record.Typed[*rbacv1.ClusterRole]:
		return &t.Meta
	case *record.Typed[*rbacv1.RoleBinding]:
		return &t.Meta
	case *record.Typed[*rbacv1.ClusterRoleBinding]:
		return &t.Meta
	}
	return nil
}

// ownedBy tells a controller: of a custom kind, as operators have, or of a built-in one.
func ownedBy(m *record.Meta) manager {
	o := m.Owner
	if o == nil {
		return manager{}
	}
	ref := o.Ref(m.Namespace)
	if ref.Group == "operators.coreos.com" {
		return olm(ref.Name, ref.Namespace)
	}
	name := ref.Kind + " " + ref.Name
	if model.BuiltIn(ref.GroupKind()) == nil && ref.Group != "" {
		name += " (" + ref.Group + ")"
	}
	return manager{name, "in " + ref.Kind + " " + ref.Name + ", whose controller writes this object: kubectl explain " + quote(strings.ToLower(ref.Kind)) + ".spec tells what it lets one set"}
}

// operators tells the Operator Lifecycle Manager.
func operators(m *record.Meta) manager {
	name := m.Labels.Get("olm.owner")
	if name == "" || m.Labels.Get("olm.owner.kind") == "CatalogSource" {
		return manager{}
	}
	return olm(name, m.Labels.Get("olm.owner.namespace"))
}

func olm(name, namespace string) manager {
	return manager{"operator lifecycle manager, ClusterServiceVersion " + name,
		"in the operator's own settings, or in spec.config of its Subscription: kubectl get subscriptions.operators.coreos.com" + inNamespace(namespace) + "; what the ClusterServiceVersion holds is written again"}
}

// argo tells Argo CD. A mark that was copied from another object counts for nothing, as it does for Argo CD itself; nor does
// the label app.kubernetes.io/instance alone, which many others set.
func argo(m *record.Meta) manager {
	app, rest, _ := strings.Cut(m.Annotations.Get("argocd.argoproj.io/tracking-id"), ":")
	if app != "" && rest != "" && !tracks(rest, m) {
		app = ""
	}
	if app == "" {
		app = m.Labels.Get("argocd.argoproj.io/instance")
	}
	if app == "" && strings.HasPrefix(m.Writer, "argocd-") {
		if app = m.Labels.Get("app.kubernetes.io/instance"); app == "" {
			return manager{"Argo CD", "in the Git repository of its application: argocd app list tells which"}
		}
	}
	if app == "" {
		return manager{}
	}
	// Applications outside of Argo CD's own namespace are called NAMESPACE_NAME.
	name := app
	if ns, n, ok := strings.Cut(app, "_"); ok {
		name = ns + "/" + n
	}
	return manager{"Argo CD application " + app, "in the path of the Git repository that argocd app get " + quote(name) + " names; with self-heal a live change lasts for seconds, without it until the next sync"}
}

// tracks tells that a tracking id, GROUP/KIND:NAMESPACE/NAME, is of the object itself.
func tracks(id string, m *record.Meta) bool {
	kind, object, ok := strings.Cut(id, ":")
	_, name, both := strings.Cut(object, "/")
	if !ok || !both {
		return true
	}
	_, kind, _ = strings.Cut(kind, "/")
	return kind == m.Kind.Kind && name == m.Name
}

// flux tells Flux. What a HelmRelease deploys has the labels of Helm as well.
func flux(m *record.Meta) manager {
	either := func(key string) string {
		if v := m.Labels.Get(key); v != "" {
			return v
		}
		return m.Annotations.Get(key)
	}
	if m.Annotations.Get("kustomize.toolkit.fluxcd.io/reconcile") == "disabled" {
		return manager{}
	}
	if name := either("helm.toolkit.fluxcd.io/name"); name != "" {
		return manager{"Flux HelmRelease " + name, "in spec.values of the HelmRelease, or in spec.postRenderers where its chart has no value for it: kubectl get helmreleases.helm.toolkit.fluxcd.io " + quote(name) + inNamespace(either("helm.toolkit.fluxcd.io/namespace")) + " -o yaml"}
	}
	if name := either("kustomize.toolkit.fluxcd.io/name"); name != "" {
		return manager{"Flux Kustomization " + name, "in the path of its source that spec.path names: kubectl get kustomizations.kustomize.toolkit.fluxcd.io " + quote(name) + inNamespace(either("kustomize.toolkit.fluxcd.io/namespace")) + " -o yaml; it is applied again at every interval"}
	}
	switch m.Writer {
	case "helm-controller":
		return manager{"Flux (helm-controller)", "in the values of its HelmRelease: kubectl get helmreleases.helm.toolkit.fluxcd.io -A"}
	case "kustomize-controller":
		return manager{"Flux (kustomize-controller)", "in the path of the source of its Kustomization: kubectl get kustomizations.kustomize.toolkit.fluxcd.io -A"}
	}
	return manager{}
}

// rancher tells what Rancher's Fleet, and the deploy controller of K3s and RKE2, apply.
func rancher(m *record.Meta) manager {
	if !m.Labels.Has("objectset.rio.cattle.io/hash") && m.Writer != "fleetagent" {
		return manager{}
	}
	if name := m.Annotations.Get("meta.helm.sh/release-name"); name != "" {
		return manager{"Rancher Fleet, release " + name, "in the Git repository of its bundle, in fleet.yaml or the values: kubectl get bundledeployments.fleet.cattle.io -A"}
	}
	return manager{"Rancher Fleet or K3s", "in the Git repository of its bundle (kubectl get bundles.fleet.cattle.io -A), or in the file below server/manifests on a server of K3s"}
}

// carvel tells kapp.
func carvel(m *record.Meta) manager {
	if !m.Labels.Has("kapp.k14s.io/app") && m.Writer != "kapp" {
		return manager{}
	}
	return manager{"Carvel kapp", "in the files that kapp deploy takes, as an overlay of ytt; where kapp-controller runs it, in the source of its App: kapp list -A"}
}

// crossplane tells a resource that was composed.
func crossplane(m *record.Meta) manager {
	name := m.Labels.Get("crossplane.io/composite")
	if name == "" {
		return manager{}
	}
	source := "in the composition of " + name
	if claim := m.Labels.Get("crossplane.io/claim-name"); claim != "" {
		source += ", or in its claim " + m.Labels.Get("crossplane.io/claim-namespace") + "/" + claim
	}
	return manager{"Crossplane composite " + name, source + ": what is composed is written again"}
}

// helm tells a release of Helm. It takes nothing back before its next upgrade.
func helm(m *record.Meta) manager {
	name, namespace := m.Annotations.Get("meta.helm.sh/release-name"), m.Annotations.Get("meta.helm.sh/release-namespace")
	switch heritage := m.Labels.Get("heritage"); {
	case name != "":
	case strings.EqualFold(m.Labels.Get("app.kubernetes.io/managed-by"), "Helm"):
		if name = m.Labels.Get("app.kubernetes.io/instance"); name == "" {
			return manager{"Helm", "in the values of its chart: helm list -A tells the release"}
		}
	case heritage == "Helm" || heritage == "Tiller":
		name = m.Labels.Get("release")
	case m.Writer == "helm" || m.Writer == "Helm":
		return manager{"Helm", "in the values of its chart: helm list -A tells the release"}
	}
	if name == "" {
		return manager{}
	}
	if namespace == "" {
		namespace = m.Namespace
	}
	return manager{"Helm release " + name, "in the values of the release (helm get values " + quote(name) + inNamespace(namespace) + "), or by a post-renderer where its chart has no value for it; the next helm upgrade puts back what the chart says"}
}

// labelled reads the label by which tools say that an object is theirs.
func labelled(m *record.Meta) manager {
	by := m.Labels.Get("app.kubernetes.io/managed-by")
	word := strings.ToLower(by)
	switch {
	case word == "", word == "kubectl", word == "manual", word == "none":
		return manager{}
	case strings.HasPrefix(word, "kustomize"):
		return manager{"Kustomize", "in its overlay, as an entry of patches; applying the overlay again takes a live change back"}
	case word == "terraform", word == "opentofu":
		return terraform(by)
	case word == "pulumi":
		return pulumi()
	case strings.HasPrefix(word, "configmanagement.gke.io"), word == "config-sync":
		return manager{"Config Sync", "in the Git repository of its RootSync or RepoSync: kubectl get rootsyncs,reposyncs -A"}
	case strings.Contains(word, "operator"):
		return manager{"operator " + by, "in the custom resource that " + by + " acts on: what it writes it writes again"}
	}
	return manager{by, "where " + by + " keeps it, as the label app.kubernetes.io/managed-by says"}
}

func terraform(name string) manager {
	return manager{name, "in its configuration: terraform state list tells the resource; the next apply takes a live change back"}
}

func pulumi() manager {
	return manager{"Pulumi", "in the program of its stack; pulumi refresh shows the drift, the next pulumi up takes it back"}
}

// addon tells the add-on manager of Kubernetes.
func addon(m *record.Meta) manager {
	if m.Labels.Get("addonmanager.kubernetes.io/mode") != "Reconcile" {
		return manager{}
	}
	return manager{"the add-on manager", "in the file below /etc/kubernetes/addons on the nodes of the control plane; who provides the cluster may keep it"}
}

// writer goes by the name under which the object was written last. Whoever writes may choose it.
func writer(m *record.Meta) manager {
	switch by := m.Writer; {
	case by == "HashiCorp" || by == "Terraform":
		return terraform("Terraform")
	case strings.HasPrefix(by, "pulumi"):
		return pulumi()
	case by == "configsync.gke.io" || by == "config-sync":
		return manager{"Config Sync", "in the Git repository of its RootSync or RepoSync: kubectl get rootsyncs,reposyncs -A"}
	}
	return manager{}
}

func inNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " --namespace " + quote(namespace)
}
