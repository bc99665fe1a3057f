/** Installs packages unless they are there, into a folder below `node_modules` or at a whole path; throws if they cannot be had. */
export declare function install(place: string, packages: Readonly<Record<string, string>>): NodeJS.Require;
