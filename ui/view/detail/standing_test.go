package detail_test

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"canopy/model"
	"canopy/ui/keys"
	"canopy/ui/view/detail"
	"canopy/ui/view/viewtest"
)

// TestNothingIsSaidThatIsNotKnown holds that an object without findings is called clean only where a rule has looked at it.
func TestNothingIsSaidThatIsNotKnown(t *testing.T) {
	w, shared := watch(t)
	w.Apply(viewtest.Objects(t, []byte(`
apiVersion: v1
kind: Secret
metadata: {name: credentials, namespace: shop, uid: secret-1}
---
apiVersion: v1
kind: Namespace
metadata: {name: locked, uid: ns-locked, labels: {pod-security.kubernetes.io/enforce: restricted, pod-security.kubernetes.io/enforce-version: latest}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: good, namespace: shop, uid: sa-good}
secrets: [{name: credentials}]
---
apiVersion: v1
kind: Secret
metadata: {name: good, namespace: shop, uid: secret-2}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: good, namespace: shop, uid: np-good}
spec: {podSelector: {matchLabels: {app: good}}, policyTypes: [Ingress, Egress], egress: [{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}], to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: dns, namespace: kube-system, uid: pod-dns, labels: {k8s-app: kube-dns}}
spec: {containers: [{name: dns, image: dns}]}
status: {phase: Running, podIP: 10.0.0.9, podIPs: [{ip: 10.0.0.9}]}
---
apiVersion: v1
kind: Service
metadata: {name: good, namespace: shop, uid: svc-good}
spec: {selector: {app: good}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: good, namespace: shop, uid: ing-good}
spec: {tls: [{hosts: [good.example], secretName: good}], rules: [{host: good.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: good, port: {number: 80}}}}]}}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: good, namespace: shop, uid: deploy-good, managedFields: [{manager: "kubectl-edit\u0007", operation: Update, time: "2026-11-20T08:30:00Z", fieldsType: FieldsV1, fieldsV1: {"f:spec": {"f:template": {}}}}]}
spec:
  selector: {matchLabels: {app: good}}
  template:
    metadata: {labels: {app: good}}
    spec:
      serviceAccountName: good
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: registry.example/long/main@sha256:0404040404040404040404040404040404040404040404040404040404040404
        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
        resources: {requests: {cpu: 100m, memory: 64Mi, ephemeral-storage: 1Gi}, limits: {cpu: "1", memory: 64Mi, ephemeral-storage: 1Gi}}
`))...)
	for object, want := range map[string][]string{
		"shop/Deployment/doesnotexist": {"there is no such object"},
		"shop/Secret/doesnotexist":     {"there is no such object"},
		"shop/Secret/credentials":      {"nothing: every rule that looks at it could be judged", "these are rules of images, least privilege, secrets only"},
		"Node/n1":                      {"enter shows how old it is by each source"},
		"Node/n9":                      {"there is no such object"},
		"shop/Deployment/good":         {" rules could not be judged fully for want of what was not seen or told", "these are rules of images, least privilege, network, patching, pod security, secrets", "last changed 2026-11-20 08:30 by a client that calls itself kubectl-edit?"},
		"Namespace/locked":             {"nothing: every rule that looks at it could be judged", "these are rules of images, network, pod security only"},
		"shop/NetworkPolicy/good":      {"nothing, but 1 rule could not be judged fully for want of what was not seen or told", "these are rules of network, patching only"},
		"shop/Service/good":            {"nothing: every rule that looks at it could be judged", "these are rules of least privilege, network, patching only"},
		"shop/Ingress/good":            {"nothing, but 1 rule could not be judged fully for want of what was not seen or told", "these are rules of least privilege, network, patching only"},
	} {
		d := open(t, w.Session, detail.NewObject(shared, ref(object)), 200, 40)
		d.has(want...)
		if len(want) == 1 {
			d.lacks("could be judged", "PODS")
		}
	}
	// Rules that look at its pods look at a workload: without Services nobody knows whether a console or a powerful one is open
	// to the outside, nor what its account is worth there.
	w.Cover(model.Coverage{Kind: schema.GroupKind{Kind: "Service"}, State: model.Denied, Reason: "may not list services"})
	w.Apply()
	d := open(t, w.Session, detail.NewObject(shared, ref("shop/Deployment/good")), 200, 40)
	d.has(" rules could not be judged fully for want of what was not seen or told")
	d.lacks("every rule that looks at it could be judged")
}

// TestWhatIsSaidOfTheWhole holds that what a finding says of an object as a whole is not shown as the value of a field.
func TestWhatIsSaidOfTheWhole(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, "NW03/Namespace/data"), 160, 40)
	d.has("WHERE   no default deny of ingress", "        no default deny of egress", "▌   name: data")
	d.lacks("metadata.name")
	d = open(t, w.Session, detail.NewObject(shared, ref("Namespace/data")), 160, 40)
	d.has("▌   name: data  # NW03, NW15")
}

func TestUnseenIsNotAbsent(t *testing.T) {
	deployments := schema.GroupKind{Group: "apps", Kind: "Deployment"}
	w, shared := watch(t)
	w.Cover(model.Coverage{Kind: deployments, State: model.Partial, Reason: "two files could not be read"})
	w.Apply()
	const nope, web = "PS01/shop/Deployment/nope", "PS01/shop/Deployment/web"
	const partly = "not found in what was seen, which is not all: Deployment two files could not be read"
	open(t, w.Session, detail.New(shared, nope), 200, 40).has(partly)
	d := open(t, w.Session, detail.New(shared, web), 200, 40)
	d.has(partly)
	d.lacks("does not hold")
	open(t, w.Session, detail.NewObject(shared, ref("shop/Deployment/nope")), 200, 40).has("it was not seen, but not all deployments were: two files could not be read")
	// What is known changes, and so do the words.
	w.Cover(model.Coverage{Kind: deployments, State: model.Complete})
	w.Apply()
	d.show(w.Session)
	d.has("does not hold as of 14:00:00")
	w.Cover(model.Coverage{Kind: deployments, State: model.Denied, Reason: "may not list deployments"})
	w.Apply()
	d.show(w.Session)
	d.has("nobody knows whether it holds: Deployment denied: may not list deployments")
	w.Cover(model.Coverage{Kind: deployments, State: model.Complete})
	w.Apply()
	open(t, w.Session, detail.New(shared, nope), 200, 40).has("there is no such object")
	open(t, w.Session, detail.New(shared, "PS01/shop/LimitRange/x"), 200, 40).has("no rule of this version looks at this kind")
	// What has held is no longer known to, where nothing is seen any more.
	d = open(t, w.Session, detail.New(shared, "PS02/data/Pod/debug-x9"), 200, 40)
	d.has("holds since")
	w.Delete(ref("data/Pod/debug-x9"))
	w.Cover(model.Coverage{Kind: schema.GroupKind{Kind: "Pod"}, State: model.Denied, Reason: "may not list pods"})
	w.Apply()
	d.show(w.Session)
	d.has("since 14:00:00 nobody knows whether it still holds: Pod denied: may not list pods", "held since")
}

func TestIDs(t *testing.T) {
	w, shared := watch(t)
	for id, want := range map[string]string{
		critical:                            critical,
		"PS06/data/DaemonSet/backup-helper": critical,
		"ps06/data/daemonset/backup-helper": critical,
		"PS26//Namespace//data":             "PS26//Namespace//data",
		"PS26/Namespace/data":               "PS26//Namespace//data",
	} {
		d := open(t, w.Session, detail.New(shared, id), 120, 40)
		if got := d.screen.Place().Finding; got != want {
			t.Errorf("%s is read as %s", id, got)
		}
		if d.screen.Subject().Finding() == nil {
			t.Errorf("%s is not found:\n%s", id, d.text())
		}
	}
	for id, why := range map[string]string{
		"PS01/foo":                 `reference "foo": want Kind/name or namespace/Kind/name`,
		"PS01":                     `reference "": want`,
		"PS01/Deployment/web":      "kind Deployment is namespaced",
		"XX99/shop/Deployment/web": "no rule has the id XX99",
		"":                         "no rule has the id",
	} {
		d := open(t, w.Session, detail.New(shared, id), 120, 40)
		d.has("There is no finding "+id+".", why, "no object")
		d.lacks("YAML of", "fetching", "does not hold")
		if o := d.screen.Can(keys.Owner); o.OK() {
			t.Errorf("%s has an owner", id)
		}
	}
	if len(w.asked) == 0 {
		t.Error("no object was asked for at all")
	}
}

// TestSearchStaysWhereItIs holds that a report moves neither the match of a search nor the window.
func TestSearchStaysWhereItIs(t *testing.T) {
	w, shared := watch(t)
	d := open(t, w.Session, detail.New(shared, critical), 120, 12)
	d.run(d.screen.SetFilter("the"))
	d.do(keys.NextHit, keys.NextHit, keys.NextHit, keys.Down)
	before, text := d.screen.Position(), d.text()
	for _, image := range []string{"busybox:1.36", "busybox:1.37"} {
		w.Apply(pod(t, "busybox:latest", image))
		d.show(w.Session)
		if got := d.screen.Position(); got != before || d.text() != text {
			t.Fatalf("from %s to %s:\n%s\n%s", before, got, text, d.text())
		}
	}
}
