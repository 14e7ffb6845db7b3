package secret

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"canopy/model"
	"canopy/model/record"
)

// TestReferences has each way to name a Secret: the reference that the inventory tells, and whether it is amiss where the Secret is
// not there.
func TestReferences(t *testing.T) {
	pod := func(spec string) string { return "kind: Pod\nmetadata: {name: p}\nspec: {" + spec + "}" }
	for _, c := range []struct {
		object, want string
		amiss        bool
	}{
		{pod("containers: [{name: c, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: k}}}]}]"), "Pod/p env spec.containers[0].env[0].valueFrom.secretKeyRef.name key=k pods=1", true},
		{pod("initContainers: [{name: c, env: [{name: P, valueFrom: {secretKeyRef: {name: db, key: k, optional: true}}}]}]"), "Pod/p env spec.initContainers[0].env[0].valueFrom.secretKeyRef.name key=k optional pods=1", false},
		{pod("containers: [{name: c, envFrom: [{secretRef: {name: db}}]}]"), "Pod/p envFrom spec.containers[0].envFrom[0].secretRef.name pods=1", true},
		{pod("ephemeralContainers: [{name: e, envFrom: [{secretRef: {name: db}}]}]"), "Pod/p envFrom spec.ephemeralContainers[0].envFrom[0].secretRef.name pods=1", true},
		{pod("volumes: [{name: v, secret: {secretName: db, items: [{key: k, path: p}]}}]"), "Pod/p volume spec.volumes[0].secret.secretName key=k pods=1", true},
		{pod("volumes: [{name: v, projected: {sources: [{configMap: {name: m}}, {secret: {name: db}}]}}]"), "Pod/p volume spec.volumes[0].projected.sources[1].secret.name pods=1", true},
		{pod("volumes: [{name: v, csi: {driver: d, nodePublishSecretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].csi.nodePublishSecretRef.name pods=1", true},
		{pod("volumes: [{name: v, flexVolume: {driver: d, secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].flexVolume.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, rbd: {image: i, monitors: [], secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].rbd.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, cephfs: {monitors: [], secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].cephfs.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, iscsi: {iqn: i, targetPortal: t, lun: 0, secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].iscsi.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, cinder: {volumeID: i, secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].cinder.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, scaleIO: {gateway: g, system: s, secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].scaleIO.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, storageos: {secretRef: {name: db}}}]"), "Pod/p volume driver spec.volumes[0].storageos.secretRef.name pods=1", true},
		{pod("volumes: [{name: v, azureFile: {shareName: s, secretName: db}}]"), "Pod/p volume driver spec.volumes[0].azureFile.secretName pods=1", true},
		{pod("imagePullSecrets: [{name: other}, {name: db}]"), "Pod/p imagePullSecrets spec.imagePullSecrets[1].name pods=1", false},
		{"kind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {volumes: [{name: v, secret: {secretName: db}}]}}}", "Deployment/d volume spec.template.spec.volumes[0].secret.secretName pods=0", true},
		{"kind: CronJob\nmetadata: {name: d}\nspec: {jobTemplate: {spec: {template: {spec: {volumes: [{name: v, secret: {secretName: db}}]}}}}}", "CronJob/d volume spec.jobTemplate.spec.template.spec.volumes[0].secret.secretName pods=0", true},
		{"kind: ServiceAccount\nmetadata: {name: a}\nsecrets: [{name: db}]", "ServiceAccount/a serviceAccount secrets[0].name pods=0", true},
		{"kind: ServiceAccount\nmetadata: {name: a}\nimagePullSecrets: [{name: db}]", "ServiceAccount/a imagePullSecrets imagePullSecrets[0].name pods=0", false},
		{"kind: Ingress\nmetadata: {name: i}\nspec: {tls: [{hosts: [a]}, {secretName: db}]}", "Ingress/i ingress TLS spec.tls[1].secretName pods=0", true},
		{"kind: Ingress\nmetadata: {name: i, annotations: {nginx.ingress.kubernetes.io/auth-secret: db}}", "Ingress/i annotation metadata.annotations[nginx.ingress.kubernetes.io/auth-secret] pods=0", true},
		{"kind: Ingress\nmetadata: {name: i, namespace: edge, annotations: {nginx.ingress.kubernetes.io/auth-tls-secret: shop/db}}", "Ingress/i annotation metadata.annotations[nginx.ingress.kubernetes.io/auth-tls-secret] pods=0", true},
		{"kind: Gateway\nmetadata: {name: g, namespace: edge}\nspec: {listeners: [{tls: {certificateRefs: [{kind: ConfigMap, name: db, namespace: shop}, {name: db, namespace: shop}]}}]}", "Gateway/g gateway TLS spec.listeners[0].tls.certificateRefs[1].name pods=0", true},
		{"kind: Route\nmetadata: {name: r}\nspec: {tls: {externalCertificate: {name: db}}}", "Route/r route TLS spec.tls.externalCertificate.name pods=0", true},
		{"kind: Certificate\nmetadata: {name: c}\nspec: {secretName: db}", "Certificate/c certificate spec.secretName pods=0", false},
		{"kind: ExternalSecret\nmetadata: {name: db}\nspec: {}", "ExternalSecret/db external secret metadata.name pods=0", false},
		{"kind: ExternalSecret\nmetadata: {name: e}\nspec: {target: {name: db}}", "ExternalSecret/e external secret spec.target.name pods=0", false},
		{"kind: ClusterExternalSecret\nmetadata: {name: db}\nspec: {externalSecretSpec: {}}\nstatus: {provisionedNamespaces: [shop]}", "ClusterExternalSecret/db external secret metadata.name pods=0", false},
		{"kind: ClusterExternalSecret\nmetadata: {name: e}\nspec: {namespaces: [shop], externalSecretSpec: {target: {name: db}}}", "ClusterExternalSecret/e external secret spec.externalSecretSpec.target.name pods=0", false},
		{"kind: SealedSecret\nmetadata: {name: db}\nspec: {}", "SealedSecret/db external secret metadata.name pods=0", false},
		{"kind: SealedSecret\nmetadata: {name: e}\nspec: {template: {metadata: {name: db}}}", "SealedSecret/e external secret spec.template.metadata.name pods=0", false},
		{"kind: SecretProviderClass\nmetadata: {name: e}\nspec: {secretObjects: [{secretName: db}]}", "SecretProviderClass/e external secret spec.secretObjects[0].secretName pods=0", false},
		{"kind: SopsSecret\nmetadata: {name: e}\nspec: {secretTemplates: [{name: db}]}", "SopsSecret/e external secret spec.secretTemplates[0].name pods=0", false},
		{"kind: PersistentVolume\nmetadata: {name: v}\nspec: {csi: {driver: d, volumeHandle: h, nodeStageSecretRef: {name: db, namespace: shop}}}", "PersistentVolume/v volume driver spec.csi.nodeStageSecretRef.name pods=0", true},
		{"kind: PersistentVolume\nmetadata: {name: v}\nspec: {claimRef: {namespace: shop, name: c}, azureFile: {shareName: s, secretName: db}}", "PersistentVolume/v volume driver spec.azureFile.secretName pods=0", true},
		{"kind: StorageClass\nmetadata: {name: s}\nprovisioner: p\nparameters: {csi.storage.k8s.io/provisioner-secret-name: db, csi.storage.k8s.io/provisioner-secret-namespace: shop, csi.storage.k8s.io/node-stage-secret-name: '${pvc.name}', csi.storage.k8s.io/node-stage-secret-namespace: shop}",
			"StorageClass/s volume driver parameters[csi.storage.k8s.io/provisioner-secret-name] pods=0", true},
		{"kind: Role\nmetadata: {name: r}\nrules: [{apiGroups: [''], resources: [secrets], resourceNames: [db], verbs: [get]}]", "Role/r role rules[0].resourceNames[0] pods=0", false},
	} {
		b := newCourt(t).put(c.object)
		object := read(t, c.object)[0].Ref()
		if got := slices.ContainsFunc(b.short("SE07"), func(s string) bool { return strings.HasPrefix(s, "SE07 "+object.String()) }); got != c.amiss {
			t.Errorf("%s: amiss is %v: %q", c.object, got, b.short())
		}
		b.put(opaque)
		s := b.secret("db")
		if len(s.References) != 1 || line(&s.References[0]) != c.want || s.Missing {
			t.Errorf("%s:\ngot  %+v\nwant %s", c.object, s.References, c.want)
		}
		if got := b.short("SE07"); len(got) > 0 {
			t.Errorf("%s: it is there, and still %q", c.object, got)
		}
	}
}

// TestFaintUses has the ways in which a program may take a Secret by its name: they count as uses where the Secret is there, and nothing
// is amiss, nor in the inventory, where it is not.
func TestFaintUses(t *testing.T) {
	deployment := func(container string) string {
		return "kind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, " + container + "}]}}}"
	}
	custom := func(group, kind, spec string) string {
		return "apiVersion: " + group + "\nkind: " + kind + "\nmetadata: {name: x}\nspec: " + spec
	}
	for _, c := range []struct{ object, want string }{
		{deployment("args: [--default-ssl-certificate=shop/db]"), "Deployment/d named in a text spec.template.spec.containers[0].args[0] pods=0"},
		{deployment("args: [--default-ssl-certificate=back/db]"), ""},
		{deployment("args: [--secret, db]"), "Deployment/d named in a text spec.template.spec.containers[0].args[1] pods=0"},
		{deployment("args: [--secret, dbs]"), ""},
		{deployment("env: [{name: SECRET_NAME, value: db}]"), "Deployment/d named in a text spec.template.spec.containers[0].env[0].value pods=0"},
		{deployment("command: [sh, -c, 'kubectl get secret db']"), ""},
		{"kind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, env: [{name: A, value: db}]}]}", "Pod/p named in a text spec.containers[0].env[0].value pods=0"},
		{"kind: Pod\nmetadata: {name: p, namespace: back}\nspec: {containers: [{name: c, env: [{name: A, value: db}]}]}", ""},
		{"kind: Pod\nmetadata: {name: p, namespace: back}\nspec: {containers: [{name: c, env: [{name: A, value: shop/db}]}]}", "Pod/p named in a text spec.containers[0].env[0].value pods=0"},
		{custom("cert-manager.io/v1", "Issuer", "{acme: {privateKeySecretRef: {name: db}}}"), "Issuer/x field spec.acme.privateKeySecretRef.name pods=0"},
		{custom("networking.istio.io/v1", "Gateway", "{servers: [{tls: {credentialName: db}}]}"), "Gateway/x field spec.servers[0].tls.credentialName pods=0"},
		{custom("argoproj.io/v1alpha1", "Rollout", "{template: {spec: {containers: [{envFrom: [{secretRef: {name: db}}]}]}}}"), "Rollout/x field spec.template.spec.containers[0].envFrom[0].secretRef.name pods=0"},
		{custom("argoproj.io/v1alpha1", "Rollout", "{template: {spec: {volumes: [{secret: {secretName: db}}]}}}"), "Rollout/x field spec.template.spec.volumes[0].secret.secretName pods=0"},
		{custom("keda.sh/v1alpha1", "TriggerAuthentication", "{secretTargetRef: [{parameter: p, name: db, key: k}]}"), "TriggerAuthentication/x field spec.secretTargetRef[0].name pods=0"},
		{custom("source.toolkit.fluxcd.io/v1", "GitRepository", "{secretRef: {name: db}}"), "GitRepository/x field spec.secretRef.name pods=0"},
		{custom("monitoring.coreos.com/v1", "ServiceMonitor", "{endpoints: [{basicAuth: {password: {name: db, key: k}}}]}"), "ServiceMonitor/x field spec.endpoints[0].basicAuth.password.name pods=0"},
		{custom("monitoring.coreos.com/v1", "ServiceMonitor", "{configMapKeyRef: {name: db, key: k}, serviceRef: {name: db}, name: db}"), ""},
	} {
		b := newCourt(t).put(store, c.object)
		if got, known := b.a.Secret(b.c, ref("shop", "db")); known || len(b.short("SE07")) > 0 {
			t.Errorf("%s: there is no such Secret, and still %+v %q", c.object, got, b.short())
		}
		b.put(opaque)
		s := b.secret("db")
		got := ""
		for i := range s.References {
			got += line(&s.References[i])
		}
		if got != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.object, got, c.want)
		}
		if unused := len(b.short("SE07")) > 0; unused != (c.want == "") {
			t.Errorf("%s: unused is %v", c.object, unused)
		}
		b.drop(c.object)
		if len(b.short("SE07")) != 1 || len(b.secret("db").References) > 0 {
			t.Errorf("%s: it is gone, and still %q %+v", c.object, b.short(), b.secret("db").References)
		}
	}
	b := newCourt(t).put(store, "kind: Secret\nmetadata: {name: repo, labels: {argocd.argoproj.io/secret-type: repository}}\ntype: Opaque")
	if got := b.short(); len(got) > 0 {
		t.Errorf("Argo CD reads it: %q", got)
	}
}

// TestKeystore holds that the Secret with the password of a keystore is one that a Certificate reads.
func TestKeystore(t *testing.T) {
	r := read(t, "kind: Certificate\nmetadata: {name: c}\nspec: {secretName: other}")[0].(*record.Custom)
	r.Body["spec"].(map[string]any)["keystores"] = map[string]any{"jks": map[string]any{"passwordSecretRef": map[string]any{"name": "db", "key": "k"}}}
	b := newCourt(t)
	b.take(model.Put(r))
	b.flush()
	if got, want := b.evidence("SE07"), "shop/Certificate/c spec.keystores.jks.passwordSecretRef.name = db"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if s := b.secret("db"); s.Manager != "" || len(s.References) != 1 || s.References[0].Key != "k" {
		t.Errorf("got %+v", s)
	}
}

func line(r *Reference) string {
	text := fmt.Sprint(r.From.Kind, "/", r.From.Name, " ", r.How, " ", r.Path)
	if r.Key != "" {
		text += " key=" + r.Key
	}
	if r.Optional {
		text += " optional"
	}
	return fmt.Sprint(text, " pods=", r.Pods)
}

// TestFolding holds that pods count for their top owner, whoever comes first, and that a template which only pods have is shown on
// the first of them.
func TestFolding(t *testing.T) {
	owned := func(kind, name string) string {
		return "ownerReferences: [{apiVersion: apps/v1, kind: " + kind + ", name: " + name + ", uid: u" + kind + ", controller: true}]"
	}
	spec := func(secret string) string { return "{volumes: [{name: v, secret: {secretName: " + secret + "}}]}" }
	pod := func(name, secret string) string {
		return "kind: Pod\nmetadata: {name: " + name + ", " + owned("ReplicaSet", "d-1") + "}\nspec: " + spec(secret) + "\nstatus: {phase: Running}"
	}
	set := "kind: ReplicaSet\nmetadata: {name: d-1, uid: uReplicaSet, " + owned("Deployment", "d") + "}\nspec: {replicas: 2, template: {spec: " + spec("db") + "}}"
	deployment := "kind: Deployment\nmetadata: {name: d, uid: uDeployment}\nspec: {replicas: 2, template: {spec: " + spec("db") + "}}"
	b := newCourt(t)
	for _, order := range [][]string{{pod("a", "db"), pod("b", "old"), set, deployment}, {deployment, set, pod("b", "old"), pod("a", "db")}} {
		for _, text := range order {
			b.put(text)
		}
		if got, want := b.evidence("SE07"), "shop/Deployment/d spec.template.spec.volumes[0].secret.secretName = db\nshop/Pod/b spec.volumes[0].secret.secretName = old"; got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		s := b.secret("old")
		if want := []model.Ref{model.KindByName("Deployment").Ref("shop", "d")}; !s.Missing || s.Pods != 1 || !slices.Equal(s.MountedBy, want) {
			t.Errorf("got %+v", s)
		}
		for _, f := range b.out.findings {
			if f.Pods != 2 {
				t.Errorf("%s has %d pods", f.ID, f.Pods)
			}
		}
		b.drop(deployment)
		if got := b.short("SE07"); !slices.Equal(got, []string{"SE07 shop/ReplicaSet/d-1 medium"}) {
			t.Errorf("without the Deployment: %q", got)
		}
		b.drop(order...)
		if len(b.out.findings)+len(b.a.members)+len(b.a.owns)+len(b.a.sheets)+len(b.a.items) > 0 {
			t.Errorf("left: %+v", b.a)
		}
	}
}
