package plane

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
)

// TestNamespace is the one namespace in which the user "namespaced" has rights.
const TestNamespace = "team-a"

// bootstrap gives the lab's users their rights. It leaves what exists, for a lab that is started again on its directory.
func bootstrap(ctx context.Context, l Layout, testObjects bool) error {
	client, err := adminClient(l)
	if err != nil {
		return err
	}
	if err := bootstrapReaders(ctx, client); err != nil || !testObjects {
		return err
	}
	return bootstrapNamespaced(ctx, client)
}

// bootstrapReaders lets the user canopy and the readers' group read everything, Secrets included.
func bootstrapReaders(ctx context.Context, client kubernetes.Interface) error {
	read := []string{"get", "list", "watch"}
	_, err := client.RbacV1().ClusterRoles().Create(ctx, &rbacv1.ClusterRole{
		ObjectMeta: named("", "canopy-lab:reader"),
		Rules: []rbacv1.PolicyRule{
			{Verbs: read, APIGroups: []string{"*"}, Resources: []string{"*"}},
			{Verbs: []string{"get"}, NonResourceURLs: []string{"*"}},
		},
	}, metav1.CreateOptions{})
	if err := unlessExists(err); err != nil {
		return err
	}
	_, err = client.RbacV1().ClusterRoleBindings().Create(ctx, &rbacv1.ClusterRoleBinding{
		ObjectMeta: named("", "canopy-lab:readers"),
		RoleRef:    rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "canopy-lab:reader"},
		Subjects: []rbacv1.Subject{
			{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "canopy"},
			{APIGroup: rbacv1.GroupName, Kind: rbacv1.GroupKind, Name: readersGroup},
		},
	}, metav1.CreateOptions{})
	return unlessExists(err)
}

// bootstrapNamespaced makes team-a and lets the user namespaced read it, Secrets and RBAC objects included. It may not list namespaces.
func bootstrapNamespaced(ctx context.Context, client kubernetes.Interface) error {
	_, err := client.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: named("", TestNamespace)}, metav1.CreateOptions{})
	if err := unlessExists(err); err != nil {
		return err
	}
	_, err = client.CoreV1().ServiceAccounts(TestNamespace).Create(ctx, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Name: "default"}}, metav1.CreateOptions{})
	if err := unlessExists(err); err != nil {
		return err
	}
	read := []string{"get", "list", "watch"}
	_, err = client.RbacV1().Roles(TestNamespace).Create(ctx, &rbacv1.Role{
		ObjectMeta: named(TestNamespace, "canopy-lab:sensitive"),
		Rules: []rbacv1.PolicyRule{
			{Verbs: read, APIGroups: []string{""}, Resources: []string{"secrets"}},
			{Verbs: read, APIGroups: []string{rbacv1.GroupName}, Resources: []string{"roles", "rolebindings"}},
		},
	}, metav1.CreateOptions{})
	if err := unlessExists(err); err != nil {
		return err
	}
	for name, role := range map[string]rbacv1.RoleRef{
		"canopy-lab:view":      {APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "view"},
		"canopy-lab:sensitive": {APIGroup: rbacv1.GroupName, Kind: "Role", Name: "canopy-lab:sensitive"},
	} {
		_, err := client.RbacV1().RoleBindings(TestNamespace).Create(ctx, &rbacv1.RoleBinding{
			ObjectMeta: named(TestNamespace, name),
			RoleRef:    role,
			Subjects:   []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: rbacv1.UserKind, Name: "namespaced"}},
		}, metav1.CreateOptions{})
		if err := unlessExists(err); err != nil {
			return err
		}
	}
	return nil
}

func named(namespace, name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{"app.kubernetes.io/managed-by": "canopy-lab"}}
}

func unlessExists(err error) error {
	if apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
