export type PagePath = '/home' | '/history' | '/security' | '/system';

export const PAGES: readonly { readonly path: PagePath; readonly name: string }[] = [
  { path: '/home', name: 'Home' },
  { path: '/history', name: 'History' },
  { path: '/security', name: 'Security' },
  { path: '/system', name: 'System' },
];

export function nameOf(path: PagePath): string {
  return PAGES.find((page) => page.path === path)?.name ?? '';
}
