package secret

import (
	"slices"
	"strings"
	"testing"

	"canopy/model"
	"canopy/model/record"
)

const (
	young  = "annotations: {made: '2026-11-01', wrote: '2026-11-01'}"
	opaque = "kind: Secret\nmetadata: {name: db, " + young + "}\ntype: Opaque\ndata: {password: Y2FuYXJ5}"
	reader = "kind: Pod\nmetadata: {name: web}\nspec: {containers: [{name: c, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: password}}}]}]}\nstatus: {phase: Running}"
	store  = "kind: ExternalSecret\nmetadata: {name: other}\nspec: {target: {name: other}}"
)

// TestRules has, for each rule, the smallest offender and its nearest neighbour.
func TestRules(t *testing.T) {
	apiServer := func(meta, args string) string {
		return "kind: Pod\nmetadata: {name: kube-apiserver-n1, namespace: kube-system, " + meta + "}\nspec: {containers: [{name: kube-apiserver, command: [kube-apiserver, " + args + "]}]}"
	}
	const mirrored = "annotations: {kubernetes.io/config.mirror: x}"
	used := []string{opaque, reader, store}
	for _, c := range []struct {
		name    string
		objects []string
		want    []string
	}{
		{"SE03 data", append([]string{"kind: ConfigMap\nmetadata: {name: m}\ndata: {url: canary}"}, used...), []string{"SE03 shop/ConfigMap/m high"}},
		{"SE03 annotation", append([]string{"kind: ConfigMap\nmetadata: {name: m, annotations: {a: canary}}"}, used...), []string{"SE03 shop/ConfigMap/m high"}},
		{"SE03 not", append([]string{"kind: ConfigMap\nmetadata: {name: m}\ndata: {url: db}"}, used...), nil},
		{"SE01 object", append([]string{"kind: Service\nmetadata: {name: s, annotations: {a: canary}}\nspec: {}"}, used...), []string{"SE01 shop/Service/s high"}},
		{"SE01 Secret's annotation", []string{"kind: Secret\nmetadata: {name: db, annotations: {a: canary}}\ntype: Opaque", reader, store}, []string{"SE01 shop/Secret/db high"}},
		{"SE01 pods and owners are others' matter", append([]string{"kind: Pod\nmetadata: {name: p, annotations: {a: canary}}\nspec: {}", "kind: Deployment\nmetadata: {name: p, annotations: {a: canary}}\nspec: {template: {}}"}, used...), nil},
		{"SE03 a doubtful one", append([]string{"kind: ConfigMap\nmetadata: {name: m}\ndata: {url: canary-word}"}, used...), []string{"SE03 shop/ConfigMap/m medium"}},
		{"SE04", []string{"kind: Secret\nmetadata: {name: db, annotations: {kubectl.kubernetes.io/last-applied-configuration: '{}'}}\ntype: Opaque", reader, store}, []string{"SE04 shop/Secret/db high"}},
		{"SE04 not", used, nil},
		{"SE05", []string{apiServer(mirrored, "--profiling=false")}, []string{"SE05 kube-system/Pod/kube-apiserver-n1 high"}},
		{"SE05 by label", []string{apiServer("labels: {component: kube-apiserver}", "--profiling=false")}, []string{"SE05 kube-system/Pod/kube-apiserver-n1 high"}},
		{"SE05 encrypted", []string{apiServer(mirrored, "--encryption-provider-config=/e.yaml")}, nil},
		{"SE05 two words", []string{apiServer(mirrored, "--encryption-provider-config, /e.yaml")}, nil},
		{"SE05 no mirror", []string{apiServer("labels: {a: b}", "--profiling=false")}, nil},
		{"SE05 empty flag", []string{apiServer(mirrored, "--encryption-provider-config=")}, []string{"SE05 kube-system/Pod/kube-apiserver-n1 high"}},
		{"SE06", []string{opaque, reader}, []string{"SE06 Cluster/cluster medium"}},
		{"SE06 external", used, nil},
		{"SE06 driver mounted", []string{opaque, reader, "kind: Pod\nmetadata: {name: v}\nspec: {volumes: [{name: v, csi: {driver: secrets-store.csi.k8s.io}}]}"}, nil},
		{"SE06 no users' Secrets", []string{"kind: Secret\nmetadata: {name: r}\ntype: helm.sh/release.v1"}, nil},
		{"SE07 unused", []string{opaque, store}, []string{"SE07 shop/Secret/db low"}},
		{"SE07 used", used, nil},
		{"SE07 missing", []string{reader}, []string{"SE07 shop/Pod/web medium"}},
		{"SE07 no pod yet", []string{"kind: Deployment\nmetadata: {name: d}\nspec: {replicas: 1, template: {spec: {volumes: [{name: v, secret: {secretName: db}}]}}}"}, []string{"SE07 shop/Deployment/d medium"}},
		{"SE07 no pod wanted", []string{"kind: Deployment\nmetadata: {name: d}\nspec: {replicas: 0, template: {spec: {volumes: [{name: v, secret: {secretName: db}}]}}}"}, []string{"SE07 shop/Deployment/d low"}},
		{"SE07 run to its end", []string{"kind: Pod\nmetadata: {name: web}\nspec: {volumes: [{name: v, secret: {secretName: db}}]}\nstatus: {phase: Succeeded}"}, nil},
		{"SE07 optional", []string{"kind: Pod\nmetadata: {name: web}\nspec: {volumes: [{name: v, secret: {secretName: db, optional: true}}]}"}, nil},
		{"SE07 not for pulling", []string{"kind: Pod\nmetadata: {name: web}\nspec: {imagePullSecrets: [{name: r}]}", "kind: ServiceAccount\nmetadata: {name: a}\nimagePullSecrets: [{name: r}]"}, nil},
		{"SE07 account", []string{"kind: ServiceAccount\nmetadata: {name: a}\nsecrets: [{name: r}]"}, []string{"SE07 shop/ServiceAccount/a low"}},
		{"SE07 writer", []string{"kind: Certificate\nmetadata: {name: a}\nspec: {secretName: r}", store}, nil},
		{"SE07 only a role", []string{"kind: Role\nmetadata: {name: a}\nrules: [{apiGroups: [''], resources: [secrets], resourceNames: [r], verbs: [get]}]"}, nil},
		{"SE08 old", []string{"kind: Secret\nmetadata: {name: db, annotations: {made: '2024-01-01', wrote: '2025-11-01'}}\ntype: Opaque", reader, store}, []string{"SE08 shop/Secret/db medium"}},
		{"SE08 written", []string{"kind: Secret\nmetadata: {name: db, annotations: {made: '2024-01-01', wrote: '2025-12-01'}}\ntype: Opaque", reader, store}, nil},
		{"SE08 not told when", []string{"kind: Secret\nmetadata: {name: db, annotations: {made: '2024-01-01'}}\ntype: Opaque", reader, store}, []string{"SE08 shop/Secret/db medium depends"}},
		{"SE08 managed", []string{"kind: Secret\nmetadata: {name: other, annotations: {made: '2024-01-01', wrote: '2025-11-01'}}\ntype: Opaque", store}, nil},
		{"token", []string{"kind: Secret\nmetadata: {name: t, annotations: {made: '2024-01-01', wrote: '2024-01-01', kubernetes.io/service-account.name: a}, labels: {kubernetes.io/legacy-token-last-used: '2025-11-18'}}\ntype: kubernetes.io/service-account-token"},
			[]string{"SE07 shop/Secret/t low", "SE08 shop/Secret/t medium"}},
		{"token in use", []string{"kind: Secret\nmetadata: {name: t, annotations: {made: '2026-01-01', wrote: '2026-01-01', kubernetes.io/service-account.name: a}, labels: {kubernetes.io/legacy-token-last-used: '2026-11-18'}}\ntype: kubernetes.io/service-account-token"}, nil},
		{"token that was taken back", []string{"kind: Secret\nmetadata: {name: t, annotations: {made: '2024-01-01', wrote: '2024-01-01', kubernetes.io/service-account.name: a}, labels: {kubernetes.io/legacy-token-invalid-since: '2025-11-18'}}\ntype: kubernetes.io/service-account-token"}, nil},
		{"token of a pod", []string{"kind: Secret\nmetadata: {name: db, annotations: {made: '2024-01-01', kubernetes.io/service-account.name: a}, labels: {kubernetes.io/legacy-token-last-used: '2025-11-18'}}\ntype: kubernetes.io/service-account-token", reader}, nil},
		{"expired", []string{"kind: Certificate\nmetadata: {name: a}\nspec: {secretName: r}\nstatus: {notAfter: '2026-10-19T00:00:00Z'}", "kind: Secret\nmetadata: {name: r}\ntype: kubernetes.io/tls"}, []string{"SE08 shop/Secret/r high"}},
		{"ends soon", []string{"kind: Certificate\nmetadata: {name: a}\nspec: {secretName: r}\nstatus: {notAfter: '2026-12-19T00:00:00Z'}", "kind: Secret\nmetadata: {name: r}\ntype: kubernetes.io/tls"}, []string{"SE08 shop/Secret/r medium"}},
		{"ends later", []string{"kind: Certificate\nmetadata: {name: a}\nspec: {secretName: r}\nstatus: {notAfter: '2027-12-19T00:00:00Z'}", "kind: Secret\nmetadata: {name: r}\ntype: kubernetes.io/tls"}, nil},
		{"renewed before", []string{"kind: Certificate\nmetadata: {name: a}\nspec: {secretName: r}\nstatus: {notAfter: '2026-12-19T00:00:00Z', renewalTime: '2026-12-10T00:00:00Z'}", "kind: Secret\nmetadata: {name: r}\ntype: kubernetes.io/tls"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newCourt(t).put(c.objects...)
			if got := b.short(); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if got, want := b.text(), b.anew().text(); got != want {
				t.Errorf("step by step\n%s\nat once\n%s", got, want)
			}
			if b.drop(c.objects...); b.a.Len()+len(b.out.findings)+len(b.a.items)+len(b.a.namers)+b.a.alarms.Len() > 0 {
				t.Errorf("left: %v %+v", b.short(), b.a)
			}
		})
	}
}

// TestManaged holds that what programs write is neither unused nor too old, and what people write with tools is.
func TestManaged(t *testing.T) {
	for _, c := range []struct{ secret, manager string }{
		{"metadata: {name: db, NOTES}\ntype: helm.sh/release.v1", "helm"},
		{"metadata: {name: sh.helm.release.v1.web.v1, NOTES}", "helm"},
		{"metadata: {name: bootstrap-token-abcdef, namespace: kube-system, NOTES}", "kubernetes"},
		{"metadata: {name: db, NOTES}\ntype: bootstrap.kubernetes.io/token", "kubernetes"},
		{"metadata: {name: db, NOTES, labels: {controller.cert-manager.io/fao: 'true'}}", "cert-manager"},
		{"metadata: {name: db, NOTES, labels: {reconcile.external-secrets.io/managed: 'true'}}", "external-secrets"},
		{"metadata: {name: db, NOTES, labels: {sealedsecrets.bitnami.com/sealed-secrets-key: active}}", "sealed-secrets"},
		{"metadata: {name: db, NOTES, labels: {secrets-store.csi.k8s.io/managed: 'true'}}", "secrets-store"},
		{"metadata: {name: db, NOTES, ownerReferences: [{apiVersion: postgresql.cnpg.io/v1, kind: Cluster, name: pg, uid: u, controller: true}]}", "Cluster"},
		{"metadata: {name: db, NOTES, labels: {app.kubernetes.io/managed-by: strimzi-cluster-operator}}", "strimzi-cluster-operator"},
		{"metadata: {name: db, NOTES, labels: {app.kubernetes.io/managed-by: Helm}}", ""},
		{"metadata: {name: db, NOTES}\ntype: Opaque", ""},
	} {
		text := "kind: Secret\n" + strings.ReplaceAll(c.secret, "NOTES", "annotations: {made: '2024-01-01', wrote: '2024-01-01'}")
		b := newCourt(t).put(text)
		list := b.a.Secrets(b.c)
		if len(list) != 1 || list[0].Manager != c.manager {
			t.Errorf("%s: managed by %+v, want %q", c.secret, list, c.manager)
		}
		if got, want := len(b.short("SE07", "SE08")) > 0, c.manager == ""; got != want {
			t.Errorf("%s: found %v", c.secret, b.short())
		}
	}
}

// TestSweeps holds that what is found on demand is told on the object, and what workloads show on the object above them once.
func TestSweeps(t *testing.T) {
	b := newCourt(t)
	found := []model.Exposure{{What: "test key", Path: "spec.values", Length: 9, Encoding: "base64", Sure: true, Print: 7}}
	object := model.Ref{Group: "argoproj.io", Version: "v1alpha1", Kind: "Application", Namespace: "ops", Name: "web"}
	b.take(model.Put(record.MakeSweep(object, found)))
	b.flush()
	if got, want := b.evidence("SE01"), "ops/Application/web spec.values = test key, 9 bytes (base64)"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.take(model.Drop(record.MakeSweep(object, found).Ref()))
	b.flush()
	if got := b.short(); len(got) > 0 {
		t.Errorf("left %q", got)
	}

	above := model.Ref{Group: "apps.kruise.io", Version: "v1alpha1", Kind: "CloneSet", Namespace: "shop", Name: "web"}
	pod := func(value string) string {
		return "kind: Pod\nmetadata: {name: p, ownerReferences: [{apiVersion: apps.kruise.io/v1alpha1, kind: CloneSet, name: web, uid: u, controller: true}]}\nspec: {containers: [{name: c, env: [{name: A, value: " + value + "}]}]}"
	}
	b.take(model.Put(record.MakeSweep(above, found)))
	b.put(pod("fine"))
	if got := b.short("SE01"); !slices.Equal(got, []string{"SE01 shop/CloneSet/web high"}) {
		t.Errorf("with pods that show nothing: %q", got)
	}
	b.put(pod("canary"))
	if n := b.a.Len(); n != 0 {
		t.Errorf("%d findings stand, though package workload tells of it", n)
	}
}
