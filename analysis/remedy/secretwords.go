package remedy

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"canopy/model"
	"canopy/model/mask"
)

// secretInWords notes a finding on secrets for which there is no document.
func (p *planner) secretInWords(f *model.Finding) {
	steps := map[string]func(*model.Finding) []string{
		"SE03": p.outOfConfig, "SE05": p.encryptAtRest, "SE06": p.keepOutside, "SE07": p.unusedOrMissing, "SE08": p.changeAnew,
	}[f.Rule.ID]
	p.note(f, cmp.Or(f.Rule.NoFix, "no document can do that"), append(steps(f), "canopy rules "+f.Rule.ID+" tells more")...)
}

// outOfConfig says how a credential comes out of a ConfigMap: a Secret beside it, and where it is mounted.
func (p *planner) outOfConfig(f *model.Finding) []string {
	name := f.Object.Name + "-credentials"
	var steps, keys []string
	var prints []uint64
	for _, v := range evidenceOf(f) {
		steps = append(steps, v.Path+": "+v.Value)
		if v.Print != 0 && slices.Contains(prints, v.Print) {
			continue
		}
		prints = append(prints, v.Print)
		if key := lastKey(v.Path); key != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		keys = []string{"password"}
	}
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = k + ": " + mask.Text
	}
	steps = append(steps, "change the credential where it was issued: whoever could read the ConfigMap has the old one, so that it is burnt",
		"make a Secret with the new one in place of "+mask.Text+": {apiVersion: v1, kind: Secret, metadata: {name: "+name+", namespace: "+f.Object.Namespace+"}, stringData: {"+strings.Join(values, ", ")+"}}",
		"mount it beside the ConfigMap: volumes: [{name: credentials, secret: {secretName: "+name+"}}], volumeMounts: [{name: credentials, mountPath: "+secretsDir+name+", readOnly: true}]; have the configuration name the file, or read a variable that env[].valueFrom.secretKeyRef fills",
		"then take the value out of the ConfigMap and out of the file it comes from: kubectl edit "+target(f.Object))
	for _, o := range p.readersOf(f.Object) {
		steps = append(steps, "it is used by "+o+": kubectl rollout restart has its pods read the new one, where they take it as variables or read files at their start only")
	}
	return steps
}

// lastKey gives the last key of a path, as a key of a Secret.
func lastKey(path string) string {
	path = strings.TrimRight(path, "]")
	if i := strings.LastIndexAny(path, ".["); i >= 0 && path[i] == '.' {
		path = path[i+1:]
	} else if i >= 0 {
		path = path[i+1:]
	}
	path = strings.Map(func(r rune) rune {
		if fileRune(r) == '_' {
			return '_'
		}
		return r
	}, path)
	if strings.Trim(path, "0123456789._-") == "" {
		return ""
	}
	return path
}

// readersOf lists the owners of pods that take a ConfigMap.
func (p *planner) readersOf(config model.Ref) []string {
	var list []string
	for _, kind := range []string{"Deployment", "DaemonSet", "StatefulSet", "CronJob", "Pod"} {
		for r := range p.c.All(model.KindByName(kind).GroupKind()) {
			if r.GetNamespace() != config.Namespace {
				continue
			}
			if t, ok := templateIn(r); ok && usesConfig(&t.Decode().Spec, config.Name) {
				if top := p.c.TopOwner(r).String(); !slices.Contains(list, top) {
					list = append(list, top)
				}
			}
		}
	}
	slices.Sort(list)
	return list
}

func usesConfig(s *corev1.PodSpec, name string) bool {
	for i := range s.Volumes {
		v := &s.Volumes[i]
		if v.ConfigMap != nil && v.ConfigMap.Name == name {
			return true
		}
		if v.Projected != nil && slices.ContainsFunc(v.Projected.Sources, func(one corev1.VolumeProjection) bool { return one.ConfigMap != nil && one.ConfigMap.Name == name }) {
			return true
		}
	}
	for _, list := range [][]corev1.Container{s.InitContainers, s.Containers} {
		for i := range list {
			if slices.ContainsFunc(list[i].Env, func(e corev1.EnvVar) bool {
				return e.ValueFrom != nil && e.ValueFrom.ConfigMapKeyRef != nil && e.ValueFrom.ConfigMapKeyRef.Name == name
			}) || slices.ContainsFunc(list[i].EnvFrom, func(e corev1.EnvFromSource) bool { return e.ConfigMapRef != nil && e.ConfigMapRef.Name == name }) {
				return true
			}
		}
	}
	return false
}

func (p *planner) encryptAtRest(*model.Finding) []string {
	return []string{
		"where a provider runs the control plane, it has a switch: EKS encryptionConfig, GKE --database-encryption-key, AKS --enable-azure-keyvault-kms",
		"else write an EncryptionConfiguration on each node of the control plane, with kms v2 first and identity last: {apiVersion: apiserver.config.k8s.io/v1, kind: EncryptionConfiguration, resources: [{resources: [secrets], providers: [{kms: {apiVersion: v2, name: KEY, endpoint: unix:///run/kms/socket.sock}}, {identity: {}}]}]}; without a KMS take secretbox with a key of 32 random bytes in its place, which then lies on that disk too",
		"give kube-apiserver --encryption-provider-config with that file and a volume for it, in /etc/kubernetes/manifests/kube-apiserver.yaml, one node after the other: with several servers, add the new provider behind identity on all first, so that each can read what another writes",
		"write all Secrets anew, so that they are encrypted: kubectl get secrets --all-namespaces -o json | kubectl replace -f -",
		"keep the key apart from the backups of etcd; backups that are older hold Secrets in plain text: delete them, or change what is in them",
	}
}

func (p *planner) keepOutside(*model.Finding) []string {
	return []string{
		"choose a store that logs who reads and that can rotate: the secret manager of your cloud, Vault or OpenBao",
		"let it write what pods need: External Secrets (kind ExternalSecret), or mount from it without a Secret by the Secrets Store CSI driver (kind SecretProviderClass)",
		"where Git is the store: Sealed Secrets or SOPS, so that only the cluster can read what stands there",
		"begin with what is worth most: canopy secrets lists who reads which, and what was never changed",
	}
}

func (p *planner) unusedOrMissing(f *model.Finding) []string {
	ref := f.Object
	if ref.Group != "" || ref.Kind != "Secret" {
		steps := []string{"find out who is to make it: an ExternalSecret, a Certificate, a chart, or a person"}
		for _, v := range evidenceOf(f) {
			if namespace, name, ok := strings.Cut(v.Value, "/"); ok {
				steps = append(steps, "make it: kubectl create secret generic "+quote(name)+inNamespace(namespace)+" --from-file=KEY=FILE")
			} else if v.Value != "" {
				steps = append(steps, "make it: kubectl create secret generic "+quote(v.Value)+inNamespace(ref.Namespace)+" --from-file=KEY=FILE")
			}
		}
		return append(steps, "or take its name out of what names it: kubectl edit "+target(ref)+". Until then whoever may create Secrets in the namespace decides what the pods get")
	}
	return []string{
		"ask its owner: kubectl get " + target(ref) + " --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager} tells who wrote it. Programs may read it by the API: the audit log tells who has, within what it keeps",
		"keep a copy where only its owner reads it, since nothing brings it back: kubectl get " + target(ref) + " -o yaml",
		"delete it, and end the credential in it where it was issued: kubectl delete " + target(ref),
	}
}

func (p *planner) changeAnew(f *model.Finding) []string {
	ref := f.Object
	if ref.Group != "" || ref.Kind != "Secret" {
		return []string{
			"find out what makes the certificate: cert-manager's CA injector, the installer of what the object belongs to, or kubeadm (kubeadm certs check-expiration)",
			"renew it there before it ends: cmctl renew NAME, kubeadm certs renew all on each node of the control plane, or the installer run again; what trusts the old one by a caBundle needs the new one as well",
		}
	}
	steps := []string{
		"make a new value where the credential is issued, valid beside the old one for as long as both are in use",
		"put it in: kubectl create secret generic " + quote(ref.Name) + inNamespace(ref.Namespace) + " --from-file=KEY=FILE --dry-run=client -o yaml | kubectl replace -f -; or in the store, where that writes it",
	}
	for _, o := range p.mountedBy(ref.Namespace, ref.Name) {
		steps = append(steps, "have "+o+" take it: files follow by themselves within a minute or two, variables only in new pods (kubectl rollout restart)")
	}
	return append(steps, "then end the old value where it was issued",
		"for a certificate: let cert-manager renew it (kind Certificate with secretName: "+ref.Name+"), which does so at two thirds of its time",
		"let it be done by itself from now on: a store with rotation, or a date in the calendar of its owner")
}
