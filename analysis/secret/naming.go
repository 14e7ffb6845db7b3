package secret

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/types"

	"canopy/model"
	"canopy/model/record"
)

// objectUses lists what an object names that is no pod and no owner of pods.
func objectUses(r model.Record) []use {
	switch t := r.(type) {
	case *record.Typed[*corev1.ServiceAccount]:
		return accountUses(t.Object)
	case *record.Typed[*networkingv1.Ingress]:
		return ingressUses(t)
	case *record.Typed[*corev1.PersistentVolume]:
		return volumeSecrets(&t.Object.Spec)
	case *record.Typed[*storagev1.StorageClass]:
		return classUses(t.Object)
	case *record.Typed[*rbacv1.Role]:
		return roleUses(t.Namespace, t.Object.Rules)
	case *record.Custom:
		return customUses(t)
	}
	return nil
}

func accountUses(o *corev1.ServiceAccount) []use {
	var l []use
	for i := range o.Secrets {
		l = name(l, ByAccount, index("secrets", i)+".name", o.Secrets[i].Name, "", false)
	}
	for i := range o.ImagePullSecrets {
		l = name(l, ByImagePull, index("imagePullSecrets", i)+".name", o.ImagePullSecrets[i].Name, "", false)
	}
	return l
}

// authAnnotations are those by which proxies take a Secret: as its name, or as namespace/name.
var authAnnotations = [...]string{
	"nginx.ingress.kubernetes.io/auth-secret", "nginx.ingress.kubernetes.io/auth-tls-secret", "nginx.ingress.kubernetes.io/proxy-ssl-secret",
	"nginx.ingress.kubernetes.io/secure-verify-ca-secret", "traefik.ingress.kubernetes.io/auth-secret",
}

func ingressUses(t *record.Typed[*networkingv1.Ingress]) []use {
	var l []use
	for i := range t.Object.Spec.TLS {
		l = name(l, ByIngress, index("spec.tls", i)+".secretName", t.Object.Spec.TLS[i].SecretName, "", false)
	}
	for _, key := range authAnnotations {
		value := t.Annotations.Get(key)
		if value == "" || value == record.Present {
			continue
		}
		u := use{how: ByAnnotation, path: "metadata.annotations[" + key + "]", secret: types.NamespacedName{Name: value}}
		if namespace, name, ok := strings.Cut(value, "/"); ok {
			u.secret = types.NamespacedName{Namespace: namespace, Name: name}
		}
		if u.secret.Name != "" {
			l = append(l, u)
		}
	}
	return l
}

// volumeSecrets lists what a PersistentVolume names. Where it tells no namespace, that of its claim counts.
func volumeSecrets(v *corev1.PersistentVolumeSpec) []use {
	var l []use
	claim := ""
	if v.ClaimRef != nil {
		claim = v.ClaimRef.Namespace
	}
	in := func(path, namespace, secret string) {
		if namespace == "" {
			namespace = claim
		}
		if secret != "" && namespace != "" {
			l = append(l, use{how: ByPersistentVol, path: "spec." + path, secret: types.NamespacedName{Namespace: namespace, Name: secret}})
		}
	}
	ref := func(path string, s *corev1.SecretReference) {
		if s != nil {
			in(path+".name", s.Namespace, s.Name)
		}
	}
	switch {
	case v.CSI != nil:
		ref("csi.controllerPublishSecretRef", v.CSI.ControllerPublishSecretRef)
		ref("csi.nodeStageSecretRef", v.CSI.NodeStageSecretRef)
		ref("csi.nodePublishSecretRef", v.CSI.NodePublishSecretRef)
		ref("csi.controllerExpandSecretRef", v.CSI.ControllerExpandSecretRef)
		ref("csi.nodeExpandSecretRef", v.CSI.NodeExpandSecretRef)
	case v.RBD != nil:
		ref("rbd.secretRef", v.RBD.SecretRef)
	case v.CephFS != nil:
		ref("cephfs.secretRef", v.CephFS.SecretRef)
	case v.ISCSI != nil:
		ref("iscsi.secretRef", v.ISCSI.SecretRef)
	case v.FlexVolume != nil:
		ref("flexVolume.secretRef", v.FlexVolume.SecretRef)
	case v.Cinder != nil:
		ref("cinder.secretRef", v.Cinder.SecretRef)
	case v.ScaleIO != nil:
		ref("scaleIO.secretRef", v.ScaleIO.SecretRef)
	case v.StorageOS != nil && v.StorageOS.SecretRef != nil:
		in("storageos.secretRef.name", v.StorageOS.SecretRef.Namespace, v.StorageOS.SecretRef.Name)
	case v.AzureFile != nil:
		namespace := ""
		if v.AzureFile.SecretNamespace != nil {
			namespace = *v.AzureFile.SecretNamespace
		}
		in("azureFile.secretName", namespace, v.AzureFile.SecretName)
	}
	return l
}

// classUses lists what the parameters of a StorageClass name. Those with a template name another Secret for each claim.
func classUses(o *storagev1.StorageClass) []use {
	var l []use
	for _, step := range [...]string{"provisioner", "controller-publish", "node-stage", "node-publish", "controller-expand", "node-expand"} {
		key := "csi.storage.k8s.io/" + step + "-secret-"
		secret, namespace := o.Parameters[key+"name"], o.Parameters[key+"namespace"]
		if secret == "" || namespace == "" || strings.Contains(secret+namespace, "${") {
			continue
		}
		l = append(l, use{how: ByPersistentVol, path: "parameters[" + key + "name]", secret: types.NamespacedName{Namespace: namespace, Name: secret}})
	}
	return l
}

// roleUses lists the Secrets that a Role opens by name: whoever is bound to it reads them by the API, so that no pod need name them.
func roleUses(namespace string, rules []rbacv1.PolicyRule) []use {
	var l []use
	for i := range rules {
		r := &rules[i]
		if !slices.Contains(r.Resources, "secrets") || !slices.Contains(r.APIGroups, "") {
			continue
		}
		for j, secret := range r.ResourceNames {
			if secret != "" {
				l = append(l, use{how: ByRole, path: index(index("rules", i)+".resourceNames", j), loose: true, secret: types.NamespacedName{Namespace: namespace, Name: secret}})
			}
		}
	}
	return l
}
